-- The log of one activity in a thread of another type than its id. The thread comes first and has no default, so that
-- a call without a thread, or by position, finds the function of one type.

CREATE FUNCTION relinsights.activity_log(thread @thread@, activity_id @id@, kind relinsights.activity_kind,
    direction relinsights.activity_direction, occurred_at timestamptz, ends_at timestamptz DEFAULT NULL,
    duration interval DEFAULT NULL, our_people text[] DEFAULT NULL, their_people text[] DEFAULT NULL,
    automated boolean DEFAULT false, needs_reply boolean DEFAULT true, internal boolean DEFAULT false,
    followed boolean DEFAULT false, sentiment double precision DEFAULT NULL, opens integer DEFAULT NULL,
    link_clicks integer DEFAULT NULL, attachment_views integer DEFAULT NULL, replies integer DEFAULT NULL)
    RETURNS relinsights.activity_log
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_log_@id@_@thread@';
COMMENT ON FUNCTION relinsights.activity_log(@thread@, @id@, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz,
    timestamptz, interval, text[], text[], boolean, boolean, boolean, boolean, double precision, integer, integer,
      integer, integer)
    IS 'the log of one completed activity whose thread is of type @thread@; give the arguments by name; otherwise '
        'as activity_log where both are of type @id@';
