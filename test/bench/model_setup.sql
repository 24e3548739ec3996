-- What the parts model and live share: the model, refreshed once, and the hand-written SQL.
SELECT bench.settings() \g /dev/null
SELECT to_regnamespace('model') IS NULL AS missing \gset
\if :missing
\ir model_by_hand.sql
SELECT create_model('model', 'crm.activities', 'crm.participants', 'crm.records', 'crm.record_parties', time_zone => 'UTC',
  deal_activities => 'people', until_closed => false, conversation_gap => '0') \g /dev/null
CALL refresh('model', concurrently => false);
\endif
