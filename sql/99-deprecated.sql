-- What only models of versions before 0.3.0 call: their materialized views depend on it until upgrade_model() has made
-- them anew. 0.4.0 drops it.

CREATE FUNCTION relinsights.people_agg_transition(internal, relinsights.party_side, boolean, boolean, text, integer[])
  RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_transition';
COMMENT ON FUNCTION relinsights.people_agg_transition(internal, relinsights.party_side, boolean, boolean, text,
  integer[]) IS 'part of _people_agg: adds one participant';

CREATE FUNCTION relinsights.people_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_combine';
COMMENT ON FUNCTION relinsights.people_agg_combine(internal, internal) IS
  'part of _people_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.people_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_serialize';
COMMENT ON FUNCTION relinsights.people_agg_serialize(internal) IS 'part of _people_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.people_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_deserialize';
COMMENT ON FUNCTION relinsights.people_agg_deserialize(bytea, internal) IS
  'part of _people_agg: takes a worker''s state';

CREATE FUNCTION relinsights.people_agg_final(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_final';
COMMENT ON FUNCTION relinsights.people_agg_final(internal) IS 'part of _people_agg: who takes part, as bytes';

CREATE AGGREGATE relinsights._people_agg(side relinsights.party_side, blind_copy boolean, opted_out boolean, party text,
  records integer[]) (
    SFUNC = relinsights.people_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.people_agg_final,
    COMBINEFUNC = relinsights.people_agg_combine, SERIALFUNC = relinsights.people_agg_serialize,
      DESERIALFUNC = relinsights.people_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights._people_agg(relinsights.party_side, boolean, boolean, text, integer[]) IS
  'part of models: who takes part in one activity, and the records that its people of theirs link it to, as bytes for '
  'the functions below; records by number, negative where someone of the record''s own people of ours must take part '
  'too. Rows with NULL side or party are ignored';

CREATE FUNCTION relinsights._people_gone(people bytea) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_gone';
COMMENT ON FUNCTION relinsights._people_gone(bytea) IS
  'part of models: whether an activity is gone, having people of theirs, all of whom opted out';

CREATE FUNCTION relinsights._people_include(people bytea, parties text[]) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_include';
COMMENT ON FUNCTION relinsights._people_include(bytea, text[]) IS
  'part of models: whether one of these is one of our people in an activity';

CREATE FUNCTION relinsights._people_of_theirs(people bytea) RETURNS text[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_of_theirs';
COMMENT ON FUNCTION relinsights._people_of_theirs(bytea) IS
  'part of models: everyone of theirs in an activity, in blind copy too, ascending by bytes; NULL for none';

CREATE FUNCTION relinsights._people_records(people bytea, regarding integer) RETURNS SETOF integer
    LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 3 AS 'MODULE_PATHNAME', 'people_records';
COMMENT ON FUNCTION relinsights._people_records(bytea, integer) IS
  'part of models: the records an activity is linked to, by number, each once; the one that it regards is positive';

CREATE FUNCTION relinsights._thread_key(thread uuid) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'thread_key_uuid';
COMMENT ON FUNCTION relinsights._thread_key(uuid) IS
  'part of models: the key by which response_agg tells threads apart';

CREATE FUNCTION relinsights._thread_key(thread text) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'thread_key_text';
COMMENT ON FUNCTION relinsights._thread_key(text) IS
  'part of models: the key by which response_agg tells threads apart';

CREATE TYPE relinsights._record_summaries AS (
  interactions relinsights.interaction_summary, responses relinsights.response_summary,
  timeline relinsights.activity_timeline, their_contacts relinsights.contact_summary,
  our_contacts relinsights.contact_summary, engagement relinsights.engagement_summary);
COMMENT ON TYPE relinsights._record_summaries IS
  'part of models: the summaries of one record, in the order of its columns in record_kpi';

CREATE FUNCTION relinsights.record_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction,
  timestamptz, date, interval, bigint, boolean, double precision, boolean, integer, integer, integer, integer, bytea,
  relinsights.working_calendar) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_transition';
COMMENT ON FUNCTION relinsights.record_agg_transition(internal, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz, date, interval, bigint, boolean, double precision, boolean, integer,
  integer, integer, integer, bytea, relinsights.working_calendar) IS 'part of _record_agg: adds one completed activity';

CREATE FUNCTION relinsights.record_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_combine';
COMMENT ON FUNCTION relinsights.record_agg_combine(internal, internal) IS
  'part of _record_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.record_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_serialize';
COMMENT ON FUNCTION relinsights.record_agg_serialize(internal) IS 'part of _record_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.record_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_deserialize';
COMMENT ON FUNCTION relinsights.record_agg_deserialize(bytea, internal) IS
  'part of _record_agg: takes a worker''s state';

CREATE FUNCTION relinsights.record_agg_final(internal) RETURNS relinsights._record_summaries
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_final';
COMMENT ON FUNCTION relinsights.record_agg_final(internal) IS 'part of _record_agg: all summaries of the record';

CREATE AGGREGATE relinsights._record_agg(kind relinsights.activity_kind, direction relinsights.activity_direction,
  occurred_at timestamptz, day date, duration interval, thread bigint, automated boolean, sentiment double precision,
  followed boolean,
    opens integer, link_clicks integer, attachment_views integer, replies integer, people bytea,
      calendar relinsights.working_calendar) (
    SFUNC = relinsights.record_agg_transition, STYPE = internal, SSPACE = 4096,
      FINALFUNC = relinsights.record_agg_final,
    COMBINEFUNC = relinsights.record_agg_combine, SERIALFUNC = relinsights.record_agg_serialize,
      DESERIALFUNC = relinsights.record_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights._record_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz,
  date, interval, bigint, boolean, double precision, boolean, integer, integer, integer, integer, bytea,
  relinsights.working_calendar) IS
  'part of models: all summaries of one record from one row per completed activity, equal to what the families'' own '
  'aggregates make of the same rows. day: in the model''s time zone; thread: see _thread_key; people: of _people_agg; '
  'calendar: NULL for elapsed time, the same in every row. Rows with NULL kind, direction, time or day are ignored';

-- What models made by 0.1.0 call in their materialized views.
CREATE FUNCTION relinsights._distinct(parties text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT ARRAY(SELECT DISTINCT p.party COLLATE "C" FROM unnest(parties) p(party) ORDER BY 1);
END;
COMMENT ON FUNCTION relinsights._distinct(text[]) IS
  'part of models made by 0.1.0: each of them once, in the order of the C collation';

CREATE AGGREGATE relinsights._concatenate(anycompatiblearray) (
  SFUNC = pg_catalog.array_cat, STYPE = anycompatiblearray, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights._concatenate(anycompatiblearray) IS
  'part of models made by 0.1.0: the elements of all arrays in one';
