-- Completed activities by kind and by who started them.
SELECT i.record_type, i.record_id, i.name, i.owner_id,
       coalesce(i.attributes ->> 'region', a.attributes ->> 'region', 'no region') AS region,
       c.kind, coalesce(c.initiator, 'unknown') AS initiator, c.interactions
FROM {model}.customer_interactions c
JOIN {model}.record_info i USING (record_type, record_id)
LEFT JOIN {model}.record_info a ON a.record_type = 'account' AND a.record_id = i.account_id
