"""The questions of questions.md by psqlODBC, what Excel, Power BI and Tableau on Windows speak.

A connection string first.
"""

import json
import sys

import pyodbc

connection = pyodbc.connect(sys.argv[1])
record_type, record_id = "account", 1011


def ask(query, *parameters):
    return connection.cursor().execute(query, parameters).fetchall()


def tell(name, *values):
    print(name, *values, sep="\t")


# ODBC has times without a zone: seconds are asked of the server.
sent, hours, last = ask(
    "SELECT emails_sent, median_response_time_by_us_hours,"
    " floor(extract(epoch FROM last_interaction_at))::bigint"
    " FROM crm.record_kpi WHERE record_type = ? AND record_id = ?",
    record_type,
    record_id,
)[0]
tell("stored", sent, "%.6f" % hours, last)
live = "SELECT activities FROM relinsights.record_kpi('crm', ?, ?)"
tell("live", ask(live, record_type, str(record_id))[0][0], ask(live, record_type, record_id)[0][0])
tell(
    "words",
    json.loads(ask("SELECT relinsights.insights('crm', ?, ?, ?)", record_type, record_id, "ko")[0][0])["label"],
    ask("SELECT * FROM relinsights.summary('crm', ?, ?, ?)", record_type, record_id, "zh")[0][0],
)
tell(
    "ilike",
    ask("SELECT count(*) FROM crm.opportunity_kpi WHERE name ILIKE ? AND state ILIKE ?", "%desk%", "OPEN")[0][0],
)
for initiator, interactions in ask(
    "SELECT initiator, sum(interactions)::bigint FROM crm.customer_interactions"
    " WHERE kind IN (?, ?) GROUP BY 1 ORDER BY 1",
    "email",
    "meeting",
):
    tell("in", initiator, interactions)
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
