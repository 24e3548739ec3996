-- Similar won deals: what tells won from lost, and which won deals are most like a given one (SPEC 4; the rules are in
-- src/core/deals/deal_factors.h and src/core/deals/similar_deals.h).

-- template summary_type type=deal_profile
COMMENT ON TYPE relinsights.deal_profile IS
  'every closed deal, won and lost, with its attributes in columns; made by deal_agg, merged by rollup, read by '
  'deal_factors and similar_won_deals; grows with the deals: about 20 bytes each plus 1 to 4 per attribute, before '
  'compression';

-- template compared_by_bytes type=deal_profile

-- template rollup type=deal_profile
COMMENT ON AGGREGATE relinsights.rollup(relinsights.deal_profile) IS
  'merges deal profiles, exactly; a deal id that is in two of them is an error; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.deal_agg_transition(internal, bigint, boolean, timestamptz, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.deal_agg_transition(internal, bigint, boolean, timestamptz, jsonb) IS
  'part of deal_agg: adds one closed deal with a bigint id';

CREATE FUNCTION relinsights.deal_agg_transition(internal, uuid, boolean, timestamptz, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.deal_agg_transition(internal, uuid, boolean, timestamptz, jsonb) IS
  'part of deal_agg: adds one closed deal with a uuid id';

CREATE FUNCTION relinsights.deal_agg_transition(internal, text, boolean, timestamptz, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_transition_text';
COMMENT ON FUNCTION relinsights.deal_agg_transition(internal, text, boolean, timestamptz, jsonb) IS
  'part of deal_agg: adds one closed deal with a text id';

-- template aggregate_support aggregate=deal_agg type=deal_profile

CREATE AGGREGATE relinsights.deal_agg(deal_id bigint, won boolean, closed_at timestamptz, attributes jsonb) (
    SFUNC = relinsights.deal_agg_transition, STYPE = internal, SSPACE = 16384, FINALFUNC = relinsights.deal_agg_final,
    COMBINEFUNC = relinsights.deal_agg_combine, SERIALFUNC = relinsights.deal_agg_serialize,
      DESERIALFUNC = relinsights.deal_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.deal_agg(bigint, boolean, timestamptz, jsonb) IS
  'deal_profile of closed deals, one row each, in any order; NULL deal_id or won: ignored; NULL closed_at sorts last; '
  'attributes is a flat JSON object of numbers, strings and booleans, null or absent is missing, NULL is none of them; '
  'an array or object in it, a deal id twice, an infinite closed_at or more than 256 attribute names are errors; NULL '
  'for no rows; leave out what is only known after closing';

CREATE AGGREGATE relinsights.deal_agg(deal_id uuid, won boolean, closed_at timestamptz, attributes jsonb) (
    SFUNC = relinsights.deal_agg_transition, STYPE = internal, SSPACE = 16384, FINALFUNC = relinsights.deal_agg_final,
    COMBINEFUNC = relinsights.deal_agg_combine, SERIALFUNC = relinsights.deal_agg_serialize,
      DESERIALFUNC = relinsights.deal_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.deal_agg(uuid, boolean, timestamptz, jsonb) IS
  'deal_profile of closed deals, one row each, in any order; NULL deal_id or won: ignored; NULL closed_at sorts last; '
  'attributes is a flat JSON object of numbers, strings and booleans, null or absent is missing, NULL is none of them; '
  'an array or object in it, a deal id twice, an infinite closed_at or more than 256 attribute names are errors; NULL '
  'for no rows; leave out what is only known after closing';

CREATE AGGREGATE relinsights.deal_agg(deal_id text, won boolean, closed_at timestamptz, attributes jsonb) (
    SFUNC = relinsights.deal_agg_transition, STYPE = internal, SSPACE = 16384, FINALFUNC = relinsights.deal_agg_final,
    COMBINEFUNC = relinsights.deal_agg_combine, SERIALFUNC = relinsights.deal_agg_serialize,
      DESERIALFUNC = relinsights.deal_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.deal_agg(text, boolean, timestamptz, jsonb) IS
  'deal_profile of closed deals, one row each, in any order; NULL deal_id or won: ignored; NULL closed_at sorts last; '
  'attributes is a flat JSON object of numbers, strings and booleans, null or absent is missing, NULL is none of them; '
  'an array or object in it, a deal id twice, an infinite closed_at or more than 256 attribute names are errors; NULL '
  'for no rows; leave out what is only known after closing';

CREATE FUNCTION relinsights.deal_factors(profile relinsights.deal_profile)
  RETURNS TABLE (attribute text, weight double precision, kind text, deals bigint, learned boolean)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'deal_factors';
COMMENT ON FUNCTION relinsights.deal_factors(relinsights.deal_profile) IS
  'how much each attribute tells won from lost: weight 0..1, together 1, by weight; kind numeric or categorical; deals '
  'that have the attribute; learned is false, and all weights equal, with fewer than 30 won or 30 lost deals or where '
  'no attribute tells anything; weight = mutual information of attribute and outcome less the Miller-Madow bias, in '
  'proportion to the deals that have it (see docs/similar-deals.md); no rows for NULL';

CREATE FUNCTION relinsights.similar_won_deals(profile relinsights.deal_profile, attributes jsonb, k integer DEFAULT 10)
    RETURNS TABLE (rank integer, deal_id text, similarity double precision, contributions jsonb)
    LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'similar_won_deals';
COMMENT ON FUNCTION relinsights.similar_won_deals(relinsights.deal_profile, jsonb, integer) IS
  'the k won deals most like a deal with these attributes (NULL: none known): similarity 0..1 to 9 decimals, weighted '
  'Gower; order: similarity, then latest closed, then deal_id; contributions: of each attribute with weight that '
  'either deal has, its part of the similarity; attributes the profile does not have are ignored; an array or object, '
  'or anything but a number where the profile has only numbers, is an error; k below 1 is an error; no rows for a NULL '
  'profile; for many deals use the form with arrays';

CREATE FUNCTION relinsights.similar_won_deals(profile relinsights.deal_profile, deal_ids text[], attributes jsonb[],
  k integer DEFAULT 10, min_similarity double precision DEFAULT 0)
    RETURNS TABLE (deal_id text, rank integer, won_deal_id text, similarity double precision, contributions jsonb)
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'similar_won_deals_of_many';
COMMENT ON FUNCTION relinsights.similar_won_deals(relinsights.deal_profile, text[], jsonb[], integer,
  double precision) IS
  'for each of many deals (element i of both arrays) the at most k won deals most like it whose similarity is at least '
  'min_similarity (0..1), never the deal itself; reads the profile once; a NULL deal id is left out, NULL attributes: '
  'none known; arrays of different length are an error; otherwise as the form for one deal';
