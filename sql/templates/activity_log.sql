-- The log of one activity whose thread, if it has one, is of the same type as its id.

CREATE FUNCTION relinsights.activity_log(activity_id @id@, kind relinsights.activity_kind,
  direction relinsights.activity_direction,
    occurred_at timestamptz, ends_at timestamptz DEFAULT NULL, duration interval DEFAULT NULL, thread @id@ DEFAULT NULL,
    our_people text[] DEFAULT NULL, their_people text[] DEFAULT NULL, automated boolean DEFAULT false,
    needs_reply boolean DEFAULT true, internal boolean DEFAULT false, followed boolean DEFAULT false,
    sentiment double precision DEFAULT NULL, opens integer DEFAULT NULL, link_clicks integer DEFAULT NULL,
    attachment_views integer DEFAULT NULL, replies integer DEFAULT NULL) RETURNS relinsights.activity_log
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_log_@id@_@id@';
COMMENT ON FUNCTION relinsights.activity_log(@id@, relinsights.activity_kind, relinsights.activity_direction,
  timestamptz,
    timestamptz, interval, @id@, text[], text[], boolean, boolean, boolean, boolean, double precision, integer,
      integer, integer,
    integer)
    IS 'the log of one completed activity, to be united by rollup; give the arguments by name: activity_id (NULL '
        'or an empty text is an error), kind, direction (NULL: unknown), occurred_at, ends_at (the activity counts '
        'from the later of the two; NULL: occurred_at), duration (NULL: 0; negative is an error), thread, '
        'our_people and their_people (everyone of a side; NULLs and empty texts are nobody), automated, '
        'needs_reply, internal, followed (e-mails only; NULL is the default), sentiment (-1..1, else an error; '
        'NULL: none), opens, link_clicks, attachment_views, replies (of a followed e-mail; NULL: 0; negative is an '
        'error); NULL where kind or occurred_at is NULL; ids of different types do not unite';
