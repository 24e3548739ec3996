-- Each KPI of an opportunity beside its average over similar won deals, also at the same age.
SELECT 'opportunity' AS record_type, c.record_id, i.name, i.owner_id,
       coalesce(i.attributes ->> 'region', a.attributes ->> 'region', 'no region') AS region,
       c.kpi, c.words, c.unit, c.this_deal, c.average, c.difference, c.average_at_same_age, c.compared_with, c.deals
FROM {model}.opportunity_comparison c
JOIN {model}.record_info i ON i.record_type = 'opportunity' AND i.record_id = c.record_id
LEFT JOIN {model}.record_info a ON a.record_type = 'account' AND a.record_id = i.account_id
