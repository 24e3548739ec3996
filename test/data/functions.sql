-- The public functions of the extension as rows of a Markdown table: docs/functions.md is made of them. Run by psql
-- -At, with names of schemas shown (search_path empty).
SET search_path = '';
SELECT pg_catalog.format('| `%s(%s)`%s | %s | %s |', name,
    pg_catalog.regexp_replace(pg_catalog.replace(arguments, 'relinsights.', ''), '::[a-z_ ]+', '', 'g'),
    CASE kind WHEN 'function' THEN '' ELSE ' ' || kind END,
    pg_catalog.replace(returns, 'relinsights.', ''), pg_catalog.replace(pg_catalog.split_part(words, ';', 1), '|',
      '\|'))
FROM relinsights.functions
WHERE name NOT LIKE '\_%' ORDER BY name COLLATE "C", arguments COLLATE "C";
