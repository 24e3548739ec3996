-- One row per warning.
SELECT i.record_type, i.record_id, i.name, i.owner_id,
       coalesce(i.attributes ->> 'region', a.attributes ->> 'region', 'no region') AS region,
       w.warning, w.weight, w.since, w.days, w.words
FROM {model}.relationship_attention w
JOIN {model}.record_info i USING (record_type, record_id)
LEFT JOIN {model}.record_info a ON a.record_type = 'account' AND a.record_id = i.account_id
