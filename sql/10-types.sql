-- The words every KPI is made of (SPEC 1).

GRANT USAGE ON SCHEMA relinsights TO PUBLIC;
COMMENT ON SCHEMA relinsights IS 'pg_relinsights: relationship KPIs from CRM activity';

CREATE TYPE relinsights.activity_kind AS ENUM ('email', 'meeting', 'phone_call', 'task', 'other');
COMMENT ON TYPE relinsights.activity_kind IS
  'what an activity is: email, meeting, phone_call, task or other; text columns are cast to it: '
  'kind::relinsights.activity_kind';

-- template label type=activity_kind

CREATE TYPE relinsights.activity_direction AS ENUM ('inbound', 'outbound');
COMMENT ON TYPE relinsights.activity_direction IS
  'who started an activity: outbound = we did (e-mail sent, call made), inbound = the customer did';

-- template label type=activity_direction

CREATE TYPE relinsights.activity_status AS ENUM ('scheduled', 'completed', 'cancelled');
COMMENT ON TYPE relinsights.activity_status IS 'how far an activity is; only completed activities enter a KPI';

-- template label type=activity_status

CREATE TYPE relinsights.party_side AS ENUM ('us', 'them');
COMMENT ON TYPE relinsights.party_side IS
  'whose person or whose action: us (sellers, internal people) or them (the customer''s people)';

-- template label type=party_side

CREATE TYPE relinsights.record_type AS ENUM ('account', 'contact', 'opportunity', 'lead');
COMMENT ON TYPE relinsights.record_type IS 'what a KPI is about: an account, contact, opportunity or lead';

-- template label type=record_type
