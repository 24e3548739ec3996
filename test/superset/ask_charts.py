"""Asks a running Superset for every chart's data over its API, and the server behind it for the same in other SQL.

usage: ask_charts.py SUPERSET_URL SQLALCHEMY_URI      ends with "N passed, N failed"
"""

import json
import sys
import urllib.error
import urllib.request

import sqlalchemy

url, uri = sys.argv[1:]
token = None

# Titles, and the same numbers from the sources or the model, by no query of the bundle. To 6 places, in any order.
EXPECTED = {
    "Share of turns that accounts answered": """
        SELECT sum(relinsights.responses(responses, 'them'))::numeric / sum(relinsights.responses(responses, 'them')
          + relinsights.awaiting(responses, 'them') + relinsights.lapsed(responses, 'them'))
        FROM crm.record_kpi WHERE record_type = 'account'""",
    "Records that need attention": """SELECT count(*)
        FROM (SELECT DISTINCT record_type, record_id FROM crm.relationship_attention) x""",
    "Why records need attention": "SELECT warning, count(*) FROM crm.relationship_attention GROUP BY 1",
    "Health of open opportunities": """SELECT h.grade, count(*) FROM demo.records r LEFT JOIN crm.relationship_health h
        USING (record_type, record_id) WHERE r.record_type = 'opportunity' AND r.state = 'open' GROUP BY 1""",
    "Activities with accounts by kind and who started them": """
        SELECT a.kind, CASE a.direction WHEN 'outbound' THEN 'us' ELSE 'them' END, count(*)
        FROM crm.record_activity r JOIN demo.activities a USING (activity_id)
        WHERE r.record_type = 'account' AND a.status = 'completed' GROUP BY 1, 2""",
    "Accounts we do most with": """SELECT name, owner_id, (attributes ->> 'region'), activities, time_spent_by_us_hours
        FROM demo.records r JOIN crm.account_kpi k USING (record_id, name, owner_id) WHERE record_type = 'account'""",
}


def call(path, body=None):
    headers = {"Content-Type": "application/json"} if body else {}
    if token:
        headers["Authorization"] = "Bearer " + token
    request = urllib.request.Request(url + path, json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def plain(value):
    if value is None or isinstance(value, str):
        return str(value)
    return "%.6f" % float(value)


def comparable(rows):
    # A pair of kind and initiator without an activity is a row of 0 in the view, and none in plain SQL.
    return sorted(row for row in ([plain(value) for value in row] for row in rows) if row[-1] != "0.000000")


token = call("/api/v1/security/login", {"username": "admin", "password": "admin", "provider": "db", "refresh": False})[
    "access_token"
]
charts = call("/api/v1/chart/?q=(page_size:100)")["result"]
dashboards = call("/api/v1/dashboard/")["result"]
passed = failed = 0


def check(fine, name, why=""):
    global passed, failed
    passed, failed = passed + bool(fine), failed + (not fine)
    print(("ok - " if fine else "not ok - ") + name + ("" if fine else f": {why}"))


check([d["dashboard_title"] for d in dashboards] == ["Relationships (crm)"], "the dashboard", dashboards)
on_it = {chart["slice_name"] for chart in call(f"/api/v1/dashboard/{dashboards[0]['id']}/charts")["result"]}
check(on_it == {chart["slice_name"] for chart in charts}, "shows every chart", on_it)
check(len(charts) >= 12, "there are charts", len(charts))
with sqlalchemy.create_engine(uri).connect() as connection:
    for chart in sorted(charts, key=lambda c: c["slice_name"]):
        title = chart["slice_name"]
        try:
            answer = call(f"/api/v1/chart/{chart['id']}/data/?force=true")["result"][0]
        except urllib.error.HTTPError as error:
            check(False, title, error.read().decode()[:600])
            continue
        check(answer["status"] == "success" and answer["rowcount"] > 0, title, answer.get("error") or "no rows")
        if title in EXPECTED:
            got = comparable([list(row.values()) for row in answer["data"]])
            expected = comparable([list(row) for row in connection.execute(sqlalchemy.text(EXPECTED.pop(title)))])
            check(got == expected, title + ": its numbers", f"{got[:5]} is not {expected[:5]}")
check(not EXPECTED, "every expectation was of a chart", list(EXPECTED))

datasets = call("/api/v1/dataset/?q=(page_size:100)")["result"]
described = [column for dataset in datasets for column in call(f"/api/v1/dataset/{dataset['id']}")["result"]["columns"]]
check(
    sum(bool(column["description"]) for column in described) > len(described) * 0.8,
    "columns say what they are",
    [column["column_name"] for column in described if not column["description"]],
)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
