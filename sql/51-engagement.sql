-- E-mail engagement: what became of the followed e-mails (SPEC 3.8; the rules are in src/core/families/engagement_summary.h).

CREATE TYPE relinsights.engagement_summary;

CREATE FUNCTION relinsights.engagement_summary_in(cstring) RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_in';
COMMENT ON FUNCTION relinsights.engagement_summary_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.engagement_summary_out(relinsights.engagement_summary) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_out';
COMMENT ON FUNCTION relinsights.engagement_summary_out(relinsights.engagement_summary) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.engagement_summary_recv(internal) RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_recv';
COMMENT ON FUNCTION relinsights.engagement_summary_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.engagement_summary_send(relinsights.engagement_summary) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_send';
COMMENT ON FUNCTION relinsights.engagement_summary_send(relinsights.engagement_summary) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.engagement_summary (
    INPUT = relinsights.engagement_summary_in, OUTPUT = relinsights.engagement_summary_out,
    RECEIVE = relinsights.engagement_summary_recv, SEND = relinsights.engagement_summary_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.engagement_summary IS 'how many e-mails were followed, how often each thing happened to them (opens, link clicks, attachment views, replies) and to how many of them; made by engagement_agg, merged by rollup, read by accessors such as open_rate; fixed in size (tens of bytes), exact';

CREATE CAST (relinsights.engagement_summary AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.engagement_summary AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.engagement_summary_eq(relinsights.engagement_summary, relinsights.engagement_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.engagement_summary_eq(relinsights.engagement_summary, relinsights.engagement_summary) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.engagement_summary_ne(relinsights.engagement_summary, relinsights.engagement_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.engagement_summary_ne(relinsights.engagement_summary, relinsights.engagement_summary) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.engagement_summary, RIGHTARG = relinsights.engagement_summary, FUNCTION = relinsights.engagement_summary_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.engagement_summary, relinsights.engagement_summary) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.engagement_summary, RIGHTARG = relinsights.engagement_summary, FUNCTION = relinsights.engagement_summary_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.engagement_summary, relinsights.engagement_summary) IS 'not equal';

CREATE FUNCTION relinsights.engagement_summary_hash(relinsights.engagement_summary) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.engagement_summary_hash(relinsights.engagement_summary) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.engagement_summary_hash_extended(relinsights.engagement_summary, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.engagement_summary_hash_extended(relinsights.engagement_summary, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.engagement_summary_hash_ops DEFAULT FOR TYPE relinsights.engagement_summary USING hash AS
    OPERATOR 1 relinsights.= (relinsights.engagement_summary, relinsights.engagement_summary),
    FUNCTION 1 relinsights.engagement_summary_hash(relinsights.engagement_summary),
    FUNCTION 2 relinsights.engagement_summary_hash_extended(relinsights.engagement_summary, bigint);
COMMENT ON OPERATOR CLASS relinsights.engagement_summary_hash_ops USING hash IS 'hashing of engagement_summary by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.engagement_summary_hash_ops USING hash IS 'hashing of engagement_summary by its bytes';

CREATE FUNCTION relinsights.engagement_summary_rollup_merge(relinsights.engagement_summary, relinsights.engagement_summary) RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_rollup_merge';
COMMENT ON FUNCTION relinsights.engagement_summary_rollup_merge(relinsights.engagement_summary, relinsights.engagement_summary) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.engagement_summary_rollup_final(relinsights.engagement_summary) RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_summary_rollup_final';
COMMENT ON FUNCTION relinsights.engagement_summary_rollup_final(relinsights.engagement_summary) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.engagement_agg_transition(internal, integer, integer, integer, integer) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_transition';
COMMENT ON FUNCTION relinsights.engagement_agg_transition(internal, integer, integer, integer, integer) IS 'part of engagement_agg: adds one followed e-mail';

CREATE FUNCTION relinsights.engagement_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_combine';
COMMENT ON FUNCTION relinsights.engagement_agg_combine(internal, internal) IS 'part of engagement_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.engagement_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_serialize';
COMMENT ON FUNCTION relinsights.engagement_agg_serialize(internal) IS 'part of engagement_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.engagement_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_deserialize';
COMMENT ON FUNCTION relinsights.engagement_agg_deserialize(bytea, internal) IS 'part of engagement_agg: takes a worker''s state';

CREATE FUNCTION relinsights.engagement_agg_final(internal) RETURNS relinsights.engagement_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_agg_final';
COMMENT ON FUNCTION relinsights.engagement_agg_final(internal) IS 'part of engagement_agg: finishes the state';

CREATE AGGREGATE relinsights.engagement_agg(opens integer, link_clicks integer, attachment_views integer, replies integer) (
    SFUNC = relinsights.engagement_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.engagement_agg_final,
    COMBINEFUNC = relinsights.engagement_agg_combine, SERIALFUNC = relinsights.engagement_agg_serialize, DESERIALFUNC = relinsights.engagement_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.engagement_agg(integer, integer, integer, integer) IS 'engagement_summary of followed e-mails: one row per followed, completed e-mail, every row counts (use FILTER to leave out the others); NULL counts as 0, a negative number is an error; NULL for no rows';

CREATE AGGREGATE relinsights.rollup(relinsights.engagement_summary) (
    SFUNC = relinsights.engagement_summary_rollup_merge, STYPE = relinsights.engagement_summary, SSPACE = 2048, FINALFUNC = relinsights.engagement_summary_rollup_final,
    COMBINEFUNC = relinsights.engagement_summary_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.engagement_summary) IS 'merges engagement summaries of disjoint e-mails, exactly; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.followed_emails(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_followed_emails';
COMMENT ON FUNCTION relinsights.followed_emails(relinsights.engagement_summary) IS 'number of followed e-mails; 1 or more, NULL for NULL';

CREATE FUNCTION relinsights.opens(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_opens';
COMMENT ON FUNCTION relinsights.opens(relinsights.engagement_summary) IS 'how often they were opened, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.link_clicks(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_link_clicks';
COMMENT ON FUNCTION relinsights.link_clicks(relinsights.engagement_summary) IS 'how often links in them were clicked, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.attachment_views(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_attachment_views';
COMMENT ON FUNCTION relinsights.attachment_views(relinsights.engagement_summary) IS 'how often attachments of them were viewed, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.replies(relinsights.engagement_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_replies';
COMMENT ON FUNCTION relinsights.replies(relinsights.engagement_summary) IS 'how often they were replied to, over all followed e-mails; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.open_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_open_rate';
COMMENT ON FUNCTION relinsights.open_rate(relinsights.engagement_summary) IS 'followed e-mails opened at least once / followed e-mails, 0..1; NULL for NULL';

CREATE FUNCTION relinsights.link_click_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_link_click_rate';
COMMENT ON FUNCTION relinsights.link_click_rate(relinsights.engagement_summary) IS 'followed e-mails with a clicked link at least once / followed e-mails, 0..1; NULL for NULL';

CREATE FUNCTION relinsights.attachment_view_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_attachment_view_rate';
COMMENT ON FUNCTION relinsights.attachment_view_rate(relinsights.engagement_summary) IS 'followed e-mails with a viewed attachment at least once / followed e-mails, 0..1; NULL for NULL';

CREATE FUNCTION relinsights.reply_rate(relinsights.engagement_summary) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'engagement_reply_rate';
COMMENT ON FUNCTION relinsights.reply_rate(relinsights.engagement_summary) IS 'followed e-mails replied to at least once / followed e-mails, 0..1; NULL for NULL';
