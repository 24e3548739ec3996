-- Pairs of people with activities in common.
SELECT i.record_type, i.record_id, i.name, i.owner_id,
       coalesce(i.attributes ->> 'region', a.attributes ->> 'region', 'no region') AS region,
       w.our_name, w.their_name, w.interactions, w.meetings, w.last_interaction_at, w.strength
FROM {model}.who_knows_whom w
JOIN {model}.record_info i USING (record_type, record_id)
LEFT JOIN {model}.record_info a ON a.record_type = 'account' AND a.record_id = i.account_id
