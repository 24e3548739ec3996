-- Open opportunities: what needs attention, health, value and closing date.
SELECT 'opportunity' AS record_type, p.record_id, p.name, p.owner_id,
       coalesce(i.attributes ->> 'region', a.attributes ->> 'region', 'no region') AS region,
       array_to_string(p.warnings, ', ') AS warnings, p.weight, p.score, p.grade, p.trend,
       p.estimated_value, p.estimated_close_date
FROM {model}.relationship_priority p
JOIN {model}.record_info i ON i.record_type = 'opportunity' AND i.record_id = p.record_id
LEFT JOIN {model}.record_info a ON a.record_type = 'account' AND a.record_id = i.account_id
