-- E-mail engagement: what became of the followed e-mails (SPEC 3.8; the rules are in
-- src/core/families/engagement_summary.h).

-- template summary_type type=engagement_summary
COMMENT ON TYPE relinsights.engagement_summary IS
  'how many e-mails were followed, how often each thing happened to them (opens, link clicks, attachment views, '
  'replies) and to how many of them; made by engagement_agg, merged by rollup, read by accessors such as open_rate; '
  'fixed in size (tens of bytes), exact';

-- template compared_by_bytes type=engagement_summary

-- template rollup type=engagement_summary
COMMENT ON AGGREGATE relinsights.rollup(relinsights.engagement_summary) IS
  'merges engagement summaries of disjoint e-mails, exactly; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.engagement_agg_transition(internal, integer, integer, integer, integer) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_transition';
COMMENT ON FUNCTION relinsights.engagement_agg_transition(internal, integer, integer, integer, integer) IS
  'part of engagement_agg: adds one followed e-mail';

-- template aggregate_support aggregate=engagement_agg type=engagement_summary

CREATE AGGREGATE relinsights.engagement_agg(opens integer, link_clicks integer, attachment_views integer,
  replies integer) (
    SFUNC = relinsights.engagement_agg_transition, STYPE = internal, SSPACE = 256,
      FINALFUNC = relinsights.engagement_agg_final,
    COMBINEFUNC = relinsights.engagement_agg_combine, SERIALFUNC = relinsights.engagement_agg_serialize,
      DESERIALFUNC = relinsights.engagement_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.engagement_agg(integer, integer, integer, integer) IS
  'engagement_summary of followed e-mails: one row per followed, completed e-mail, every row counts (use FILTER to '
  'leave out the others); NULL counts as 0, a negative number is an error; NULL for no rows';

CREATE FUNCTION relinsights.followed_emails(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_followed_emails';
COMMENT ON FUNCTION relinsights.followed_emails(relinsights.engagement_summary) IS
  'number of followed e-mails; 1 or more, NULL for NULL';

CREATE FUNCTION relinsights.opens(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_opens';
COMMENT ON FUNCTION relinsights.opens(relinsights.engagement_summary) IS
  'how often they were opened, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.link_clicks(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_link_clicks';
COMMENT ON FUNCTION relinsights.link_clicks(relinsights.engagement_summary) IS
  'how often links in them were clicked, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.attachment_views(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_attachment_views';
COMMENT ON FUNCTION relinsights.attachment_views(relinsights.engagement_summary) IS
  'how often attachments of them were viewed, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.replies(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_replies';
COMMENT ON FUNCTION relinsights.replies(relinsights.engagement_summary) IS
  'how often they were replied to, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.open_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_open_rate';
COMMENT ON FUNCTION relinsights.open_rate(relinsights.engagement_summary) IS
  'followed e-mails opened at least once / followed e-mails, 0..1; NULL for NULL';

CREATE FUNCTION relinsights.link_click_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_link_click_rate';
COMMENT ON FUNCTION relinsights.link_click_rate(relinsights.engagement_summary) IS
  'followed e-mails with a clicked link at least once / followed e-mails, 0..1; NULL for NULL';

CREATE FUNCTION relinsights.attachment_view_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_attachment_view_rate';
COMMENT ON FUNCTION relinsights.attachment_view_rate(relinsights.engagement_summary) IS
  'followed e-mails with a viewed attachment at least once / followed e-mails, 0..1; NULL for NULL';

CREATE FUNCTION relinsights.reply_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_reply_rate';
COMMENT ON FUNCTION relinsights.reply_rate(relinsights.engagement_summary) IS
  'followed e-mails replied to at least once / followed e-mails, 0..1; NULL for NULL';
