"""The questions of questions.md by psycopg: the module named first, a connection string second."""

import importlib
import sys

connection = importlib.import_module(sys.argv[1]).connect(sys.argv[2])
record_type, record_id = "account", 1011


def ask(query, *parameters):
    cursor = connection.cursor()
    cursor.execute(query, parameters)
    return cursor.fetchall()


def tell(name, *values):
    print(name, *values, sep="\t")


sent, hours, last = ask(
    "SELECT emails_sent, median_response_time_by_us_hours, last_interaction_at FROM crm.record_kpi"
    " WHERE record_type = %s AND record_id = %s",
    record_type,
    record_id,
)[0]
tell("stored", sent, "%.6f" % hours, int(last.timestamp()))
live = "SELECT activities FROM relinsights.record_kpi('crm', %s, %s)"
tell("live", ask(live, record_type, str(record_id))[0][0], ask(live, record_type, record_id)[0][0])
tell(
    "words",
    ask("SELECT relinsights.insights('crm', %s, %s, %s)", record_type, record_id, "ko")[0][0]["label"],
    ask("SELECT * FROM relinsights.summary('crm', %s, %s, %s)", record_type, record_id, "zh")[0][0],
)
tell(
    "ilike",
    ask("SELECT count(*) FROM crm.opportunity_kpi WHERE name ILIKE %s AND state ILIKE %s", "%desk%", "OPEN")[0][0],
)
for initiator, interactions in ask(
    "SELECT initiator, sum(interactions)::bigint FROM crm.customer_interactions"
    " WHERE kind IN (%s, %s) GROUP BY 1 ORDER BY 1",
    "email",
    "meeting",
):
    tell("in", initiator, interactions)
tell("array", ask("SELECT count(*) FROM crm.record_kpi WHERE record_type = ANY (%s)", ["account", "lead"])[0][0])
tell(
    "types",
    *(
        type(value).__name__
        for value in ask(
            "SELECT p.name, p.record_id, k.time_spent_by_us_hours, k.refreshed_at,"
            " p.estimated_close_date, p.estimated_value, f.learned"
            " FROM crm.relationship_pipeline p JOIN crm.opportunity_kpi k USING (record_id)"
            " CROSS JOIN crm.deal_factors f LIMIT 1"
        )[0]
    )
)
