-- The log of a record: its activities, from which all KPIs can be read as of any moment (SPEC 5.7; the rules are in
-- src/core/record/activity_log.h).

-- template summary_type type=activity_log
COMMENT ON TYPE relinsights.activity_log IS
  'completed activities, each once, with all that the KPIs need: kind, direction, time, duration, thread, '
        'people, engagement, sentiment; made by activity_log and activity_log_agg, united by rollup, so that an '
        'activity which several logs hold counts once; read by interactions, responses, timeline, our_contacts, '
        'their_contacts and engagement, each as of any moment; about 20 bytes an activity, at most 400 MB';

-- template compared_by_bytes type=activity_log

-- template rollup type=activity_log
COMMENT ON AGGREGATE relinsights.rollup(relinsights.activity_log) IS
  'the union of logs: an activity that several hold counts once; where they hold it differently (different '
        'data, never one refresh of a model) the one with the greater bytes stays, whole; ids of different types '
        'are an error; NULLs are ignored, NULL for none';

-- template activity_log id=bigint

-- template activity_log id=uuid

-- template activity_log id=text

-- template activity_log_of_thread id=bigint thread=uuid

-- template activity_log_of_thread id=bigint thread=text

-- template activity_log_of_thread id=uuid thread=bigint

-- template activity_log_of_thread id=uuid thread=text

-- template activity_log_of_thread id=text thread=bigint

-- template activity_log_of_thread id=text thread=uuid

-- template activity_log_agg id=bigint thread=bigint

-- template activity_log_agg id=bigint thread=uuid

-- template activity_log_agg id=bigint thread=text

-- template activity_log_agg id=uuid thread=bigint

-- template activity_log_agg id=uuid thread=uuid

-- template activity_log_agg id=uuid thread=text

-- template activity_log_agg id=text thread=bigint

-- template activity_log_agg id=text thread=uuid

-- template activity_log_agg id=text thread=text

CREATE FUNCTION relinsights.activities(log relinsights.activity_log) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'log_activities';
COMMENT ON FUNCTION relinsights.activities(relinsights.activity_log)
    IS 'number of activities in the log; 1 or more, NULL for NULL';

CREATE FUNCTION relinsights.interactions(log relinsights.activity_log, as_of timestamptz DEFAULT NULL)
    RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'log_interactions';
COMMENT ON FUNCTION relinsights.interactions(relinsights.activity_log, timestamptz)
    IS 'interactions of the log''s activities, as interaction_agg(kind, direction, occurred_at, duration, team '
        'size) makes it; the team of a meeting is our people in it, at least 1; as_of leaves out activities that '
        'count from a later moment (NULL: none; infinite is an error); NULL for NULL or where no activity is left';

CREATE FUNCTION relinsights.responses(log relinsights.activity_log, as_of timestamptz DEFAULT NULL)
    RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'log_responses';
COMMENT ON FUNCTION relinsights.responses(relinsights.activity_log, timestamptz)
    IS 'responses of the log''s e-mails in elapsed time, as response_agg(thread, direction, occurred_at) makes it; '
        'automated and internal e-mails are left out; NULL without e-mails; as_of leaves out activities that count '
        'from a later moment (NULL: none; infinite is an error); NULL for NULL or where no activity is left';

CREATE FUNCTION relinsights.responses(
    log relinsights.activity_log, rules relinsights.response_rules, as_of timestamptz DEFAULT NULL)
    RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'log_responses_by_rules';
COMMENT ON FUNCTION relinsights.responses(relinsights.activity_log, relinsights.response_rules, timestamptz) IS
  'the same by rules, as response_agg(thread, direction, occurred_at, needs_reply, rules) makes it: gap, calendar and '
  'as-of moment; NULL rules: NULL. Error besides: as_of and the rules'' as-of moment differ';

CREATE FUNCTION relinsights.our_contacts(log relinsights.activity_log, as_of timestamptz DEFAULT NULL)
    RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'log_our_contacts';
COMMENT ON FUNCTION relinsights.our_contacts(relinsights.activity_log, timestamptz)
    IS 'our people in the log''s activities, as contact_agg makes it; NULL where there is nobody; as_of leaves out '
        'activities that count from a later moment (NULL: none; infinite is an error); NULL for NULL or where no '
        'activity is left';

CREATE FUNCTION relinsights.their_contacts(log relinsights.activity_log, as_of timestamptz DEFAULT NULL)
    RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'log_their_contacts';
COMMENT ON FUNCTION relinsights.their_contacts(relinsights.activity_log, timestamptz)
    IS 'their people in the log''s activities, as contact_agg makes it; NULL where there is nobody; as_of leaves '
        'out activities that count from a later moment (NULL: none; infinite is an error); NULL for NULL or where '
        'no activity is left';

CREATE FUNCTION relinsights.engagement(log relinsights.activity_log, as_of timestamptz DEFAULT NULL)
    RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'log_engagement';
COMMENT ON FUNCTION relinsights.engagement(relinsights.activity_log, timestamptz)
    IS 'what became of the log''s followed e-mails, as engagement_agg makes it; NULL where none is followed; as_of '
        'leaves out activities that count from a later moment (NULL: none; infinite is an error); NULL for NULL or '
        'where no activity is left';

CREATE FUNCTION relinsights.timeline(log relinsights.activity_log, time_zone text, as_of timestamptz DEFAULT NULL)
    RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'log_timeline';
COMMENT ON FUNCTION relinsights.timeline(relinsights.activity_log, text, timestamptz)
    IS 'timeline of the log''s activities by day in time_zone, as timeline_agg(kind, direction, day, sentiment) '
        'makes it; time_zone is a name of pg_timezone_names, an offset is an error; as_of leaves out activities '
        'that count from a later moment (NULL: none; infinite is an error); NULL for NULL or where no activity is '
        'left';
