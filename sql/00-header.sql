-- pg_relinsights: relationship KPIs from CRM activity. Made from the modules in sql/; see ARCHITECTURE.md.
\echo Use "CREATE EXTENSION pg_relinsights" to load this file. \quit
