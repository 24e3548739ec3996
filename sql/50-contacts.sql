-- Contacts: who takes part, how often and when last (SPEC 3.6; the rules are in src/core/families/contact_summary.h).

-- template summary_type type=contact_summary
COMMENT ON TYPE relinsights.contact_summary IS
  'for every party of a group its numbers of activities by kind and by who initiated them, and its last one; made by '
  'contact_agg, merged by rollup, read by top_contacts, contacts and engaged_contacts; exact; about 13 bytes and its '
  'text per party';

-- template compared_by_bytes type=contact_summary

-- template rollup type=contact_summary
COMMENT ON AGGREGATE relinsights.rollup(relinsights.contact_summary) IS
  'merges contact summaries of disjoint activities, exactly: a party of several of them is one party; NULLs are '
  'ignored, NULL for none';

CREATE FUNCTION relinsights.contact_agg_transition(internal, bigint, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, bigint, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of a bigint party';

CREATE FUNCTION relinsights.contact_agg_transition(internal, uuid, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, uuid, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of a uuid party';

CREATE FUNCTION relinsights.contact_agg_transition(internal, text, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_text';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, text, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of a text party';

CREATE FUNCTION relinsights.contact_agg_transition(internal, text[], relinsights.activity_kind,
  relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_text_array';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, text[], relinsights.activity_kind,
  relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of parties';

-- template aggregate_support aggregate=contact_agg type=contact_summary

CREATE AGGREGATE relinsights.contact_agg(party bigint, kind relinsights.activity_kind,
  direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280,
      FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize,
      DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(bigint, relinsights.activity_kind, relinsights.activity_direction,
  timestamptz) IS
  'contact_summary: one row per party and completed activity; a party is its text, so equal ids of any type are the '
  'same party; rows with NULL party, kind or time are ignored; NULL direction: nobody knows it, counted among '
  'interactions and kinds, initiated by neither side; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.contact_agg(party uuid, kind relinsights.activity_kind,
  direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280,
      FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize,
      DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(uuid, relinsights.activity_kind, relinsights.activity_direction,
  timestamptz) IS
  'contact_summary: one row per party and completed activity; a party is its text, so equal ids of any type are the '
  'same party; rows with NULL party, kind or time are ignored; NULL direction: nobody knows it, counted among '
  'interactions and kinds, initiated by neither side; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.contact_agg(party text, kind relinsights.activity_kind,
  direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280,
      FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize,
      DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(text, relinsights.activity_kind, relinsights.activity_direction,
  timestamptz) IS
  'contact_summary: one row per party and completed activity; a party is its text, so equal ids of any type are the '
  'same party; rows with NULL party, kind or time are ignored; NULL direction: nobody knows it, counted among '
  'interactions and kinds, initiated by neither side; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.contact_agg(party text[], kind relinsights.activity_kind,
  direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280,
      FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize,
      DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(text[], relinsights.activity_kind, relinsights.activity_direction,
  timestamptz) IS
  'contact_summary of everyone of one side in each activity: one row per completed activity; a party named twice in '
  'one array counts once, NULL elements are ignored, an array without parties is ignored; rows with NULL party, kind '
  'or time are ignored; NULL direction: nobody knows it, counted among interactions and kinds, initiated by neither '
  'side; NULL for no rows; infinite times are an error';

CREATE FUNCTION relinsights.contacts(relinsights.contact_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_contacts';
COMMENT ON FUNCTION relinsights.contacts(relinsights.contact_summary) IS
  'number of parties with at least one completed activity; 1 or more, NULL for NULL';

CREATE FUNCTION relinsights.engaged_contacts(relinsights.contact_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_engaged_contacts';
COMMENT ON FUNCTION relinsights.engaged_contacts(relinsights.contact_summary) IS
  'number of parties with at least one inbound activity, that is one their side started (multi-threading; unknown '
  'directions do not count); 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.top_contacts(summary relinsights.contact_summary, n integer DEFAULT 3)
    RETURNS TABLE (rank integer, party text, interactions bigint, emails bigint, meetings bigint, phone_calls bigint,
                   initiated_by_us bigint, initiated_by_them bigint, last_interaction_at timestamptz)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 3 AS 'MODULE_PATHNAME', 'contact_top_contacts';
COMMENT ON FUNCTION relinsights.top_contacts(relinsights.contact_summary, integer) IS
  'the n parties with the most interactions (e-mails, meetings, calls, tasks and others), one row each, rank from 1; '
  'order: interactions descending, last interaction descending, party (C collation); all of them where there are '
  'fewer; no rows for n = 0 and for NULL; error if n is negative';
