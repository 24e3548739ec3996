-- One row per record, with the summary that medians and rates of any group are rolled up from.
SELECT i.record_type, i.record_id, i.name, i.owner_id, i.state,
       coalesce(i.attributes ->> 'region', a.attributes ->> 'region', 'no region') AS region,
       k.responses, k.activities, k.activities_by_us, k.activities_by_them,
       k.time_spent_by_us_hours, k.time_spent_by_them_hours,
       k.face_time_hours, k.awaiting_us, k.last_interaction_at
FROM {model}.record_info i
JOIN {model}.record_kpi k USING (record_type, record_id)
LEFT JOIN {model}.record_info a ON a.record_type = 'account' AND a.record_id = i.account_id
