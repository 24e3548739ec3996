-- The six series of each record, one row per day.
SELECT i.record_type, i.record_id, i.name, i.owner_id,
       coalesce(i.attributes ->> 'region', a.attributes ->> 'region', 'no region') AS region,
       d.day, d.emails_sent, d.emails_received, d.meetings_sent, d.meetings_received, d.calls_made, d.calls_received
FROM {model}.relationship_activity d
JOIN {model}.record_info i USING (record_type, record_id)
LEFT JOIN {model}.record_info a ON a.record_type = 'account' AND a.record_id = i.account_id
