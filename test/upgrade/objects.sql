-- Everything PostgreSQL knows about the objects of the extension, by names only (no oids), one fact per row:
-- object | property | value. Two databases with the same rows have the same extension.
WITH extension AS (
  SELECT e.oid FROM pg_extension e WHERE e.extname = 'pg_relinsights'),
member AS (
  SELECT d.classid, d.objid, pg_describe_object(d.classid, d.objid, 0) AS object
  FROM pg_depend d, extension e
  WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'),
fact(object, property, value) AS (
  SELECT m.object, 'comment', obj_description(m.objid, m.classid::regclass::name) FROM member m
  UNION ALL
  SELECT m.object, 'depends on', string_agg(x.what, E'\n' ORDER BY x.what)
  FROM member m CROSS JOIN LATERAL (
    SELECT d.deptype::text || ' ' || CASE d.objsubid WHEN 0 THEN '' ELSE d.objsubid || ' ' END
           || pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) AS what
    FROM pg_depend d WHERE d.classid = m.classid AND d.objid = m.objid) x
  GROUP BY 1
  UNION ALL
  SELECT m.object, 'initial rights', i.initprivs::text || i.privtype::text
  FROM member m JOIN pg_init_privs i ON i.classoid = m.classid AND i.objoid = m.objid
  UNION ALL
  SELECT m.object, v.property, v.value
  FROM member m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
  CROSS JOIN LATERAL (VALUES
    ('definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END),
    ('arguments', pg_get_function_arguments(p.oid) || ' -> ' || coalesce(pg_get_function_result(p.oid), 'none')),
    ('language', (SELECT l.lanname FROM pg_language l WHERE l.oid = p.prolang)::text),
    ('symbol', CASE WHEN p.probin IS NOT NULL THEN p.probin || ' ' || p.prosrc END),
    ('kind, volatility, parallel, strict, leakproof, definer, set',
     concat_ws(' ', p.prokind, p.provolatile, p.proparallel, p.proisstrict, p.proleakproof, p.prosecdef, p.proretset)),
    ('cost, rows, support', concat_ws(' ', p.procost, p.prorows, p.prosupport::regproc)),
    ('settings', p.proconfig::text),
    ('owner', pg_get_userbyid(p.proowner)::text), ('rights', p.proacl::text)) v(property, value)
  UNION ALL
  SELECT m.object, 'aggregate', concat_ws(' ', a.aggkind, a.aggnumdirectargs, 's', a.aggtransfn::regprocedure,
    'f', a.aggfinalfn::regprocedure, a.aggfinalextra, a.aggfinalmodify, 'c', a.aggcombinefn::regprocedure,
    'ser', a.aggserialfn::regprocedure, a.aggdeserialfn::regprocedure, 'm', a.aggmtransfn::regprocedure,
    a.aggminvtransfn::regprocedure, a.aggmfinalfn::regprocedure, a.aggmfinalextra, a.aggmfinalmodify,
    'o', a.aggsortop::regoperator, 't', format_type(a.aggtranstype, NULL), a.aggtransspace,
    format_type(a.aggmtranstype, NULL), a.aggmtransspace, 'i', coalesce(a.agginitval, 'null'), coalesce(a.aggminitval, 'null'))
  FROM member m JOIN pg_aggregate a ON m.classid = 'pg_proc'::regclass AND a.aggfnoid = m.objid
  UNION ALL
  SELECT m.object, v.property, v.value
  FROM member m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
  CROSS JOIN LATERAL (VALUES
    ('storage', concat_ws(' ', t.typlen, t.typbyval, t.typtype, t.typcategory, t.typispreferred, t.typisdefined, t.typdelim,
      t.typalign, t.typstorage, t.typnotnull, t.typbasetype::regtype, t.typcollation)),
    ('functions', concat_ws(' ', t.typinput::regprocedure, t.typoutput::regprocedure, t.typreceive::regprocedure,
      t.typsend::regprocedure, t.typmodin::regprocedure, t.typanalyze::regprocedure, t.typsubscript)),
    ('labels', (SELECT string_agg(e.enumlabel, ' ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)),
    ('attributes', (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation,
        col_description(a.attrelid, a.attnum)), E'\n' ORDER BY a.attnum)
      FROM pg_attribute a WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0)),
    ('owner', pg_get_userbyid(t.typowner)::text), ('rights', t.typacl::text)) v(property, value)
  UNION ALL
  SELECT m.object, 'cast', concat_ws(' ', c.castfunc::regprocedure, c.castcontext, c.castmethod)
  FROM member m JOIN pg_cast c ON m.classid = 'pg_cast'::regclass AND c.oid = m.objid
  UNION ALL
  SELECT m.object, 'operator', concat_ws(' ', o.oprcode, o.oprcanmerge, o.oprcanhash, o.oprresult::regtype, o.oprcom::regoperator,
    o.oprnegate::regoperator, o.oprrest, o.oprjoin, pg_get_userbyid(o.oprowner))
  FROM member m JOIN pg_operator o ON m.classid = 'pg_operator'::regclass AND o.oid = m.objid
  UNION ALL
  SELECT m.object, 'operator class', concat_ws(' ', f.opfname, c.opcintype::regtype, c.opcdefault, c.opckeytype::regtype, pg_get_userbyid(c.opcowner))
  FROM member m JOIN pg_opclass c ON m.classid = 'pg_opclass'::regclass AND c.oid = m.objid
  JOIN pg_opfamily f ON f.oid = c.opcfamily
  UNION ALL
  SELECT m.object, 'operators and functions', (
    SELECT string_agg(x.what, E'\n' ORDER BY x.what) FROM (
      SELECT concat_ws(' ', 'o', o.amopstrategy, o.amoppurpose, o.amopopr::regoperator) FROM pg_amop o WHERE o.amopfamily = m.objid
      UNION ALL
      SELECT concat_ws(' ', 'f', p.amprocnum, p.amproclefttype::regtype, p.amproc::regprocedure) FROM pg_amproc p
      WHERE p.amprocfamily = m.objid) x(what))
  FROM member m WHERE m.classid = 'pg_opfamily'::regclass
  UNION ALL
  SELECT 'extension', v.property, v.value
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace CROSS JOIN LATERAL (VALUES
    ('version', e.extversion), ('schema', n.nspname), ('relocatable', e.extrelocatable::text),
    ('tables', e.extconfig::text), ('schema comment', obj_description(n.oid, 'pg_namespace')),
    ('schema rights', n.nspacl::text), ('schema owner', pg_get_userbyid(n.nspowner))) v(property, value)
  WHERE e.extname = 'pg_relinsights')
SELECT object, property, value FROM fact ORDER BY object COLLATE "C", property COLLATE "C"
