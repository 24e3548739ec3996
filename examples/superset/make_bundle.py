#!/usr/bin/env python3
"""Makes a bundle for Apache Superset out of one model: its database, datasets, charts and a dashboard.

usage: make_bundle.py MODEL SQLALCHEMY_URI BUNDLE.zip

The connection that Superset will use is also asked for the comments on the model's columns, which become the
descriptions of the datasets' columns. Everything has an id that follows from its name and the model's: importing again
overwrites what was imported.
"""

import json
import pathlib
import re
import sys
import uuid
import zipfile

import sqlalchemy

HERE = pathlib.Path(__file__).resolve().parent
MEDIAN = "extract(epoch FROM relinsights.median_response_time(relinsights.rollup(responses), '{side}')) / 3600"
RATE = "relinsights.response_rate(relinsights.rollup(responses), '{side}')"

# Metrics of a dataset: name, SQL, what it is.
METRICS = {
    "records": [
        ("our_median_response_hours", MEDIAN.format(side="us"), "Hours until we answer: the median over all answers"),
        (
            "their_median_response_hours",
            MEDIAN.format(side="them"),
            "Hours until they answer: the median over all answers",
        ),
        ("their_response_rate", RATE.format(side="them"), "Share of our turns that they answered, 0 to 1"),
        ("our_response_rate", RATE.format(side="us"), "Share of their turns that we answered, 0 to 1"),
        ("records", "count(*)", "Number of records"),
        ("turns_awaiting_us", "sum(awaiting_us)", "Turns of theirs that we have not answered"),
        ("our_hours", "sum(time_spent_by_us_hours)", "Hours that we spent"),
        ("total_activities", "sum(activities)", "Completed activities"),
    ],
    "activity_by_day": [
        (name + "_total", f"sum({name})", "Completed activities of the day")
        for name in (
            "emails_sent",
            "emails_received",
            "meetings_sent",
            "meetings_received",
            "calls_made",
            "calls_received",
        )
    ],
    "interactions": [("total_interactions", "sum(interactions)", "Completed activities")],
    "attention": [
        ("warnings", "count(*)", "Number of warnings"),
        ("records_with_warnings", "count(DISTINCT (record_type, record_id))", "Records with a warning"),
    ],
    "opportunities": [
        ("opportunities", "count(*)", "Open opportunities"),
        ("value", "sum(estimated_value)", "Estimated value"),
        ("health", "avg(score)", "Health, 0 to 100"),
    ],
    "comparison": [
        ("this_deal_mean", "avg(this_deal)", "This deal, or the mean over those shown"),
        ("similar_mean", "avg(average)", "Similar won deals"),
        ("same_age_mean", "avg(average_at_same_age)", "Similar won deals when they were as old"),
    ],
    "who_knows_whom": [
        ("interactions_in_common", "sum(interactions)", "Activities in which both take part"),
        ("meetings_in_common", "sum(meetings)", "Meetings in which both take part"),
        ("best_strength", "max(strength)", "Strength, 0 to 100"),
    ],
}

ACCOUNTS = [{"col": "record_type", "op": "==", "val": "account"}]
OPPORTUNITIES = [{"col": "record_type", "op": "==", "val": "opportunity"}]

# Title, dataset, kind, columns, metrics, filters, width (of 12), height, further parameters.
CHARTS = [
    (
        "We answer accounts in, hours (median)",
        "records",
        "big_number_total",
        [],
        ["our_median_response_hours"],
        ACCOUNTS,
        3,
        26,
        {"y_axis_format": ".1f"},
    ),
    (
        "Accounts answer in, hours (median)",
        "records",
        "big_number_total",
        [],
        ["their_median_response_hours"],
        ACCOUNTS,
        3,
        26,
        {"y_axis_format": ".1f"},
    ),
    (
        "Share of turns that accounts answered",
        "records",
        "big_number_total",
        [],
        ["their_response_rate"],
        ACCOUNTS,
        3,
        26,
        {"y_axis_format": ".0%"},
    ),
    (
        "Records that need attention",
        "attention",
        "big_number_total",
        [],
        ["records_with_warnings"],
        [],
        3,
        26,
        {"y_axis_format": ",d"},
    ),
    (
        "Pipeline: health, value",
        "opportunities",
        "bubble_v2",
        ["name", "grade"],
        ["health", "value", "value"],
        [],
        6,
        60,
        {
            "entity": "name",
            "series": "grade",
            "x": "health",
            "y": "value",
            "size": "value",
            "x_axis_title": "Health, 0 to 100",
            "y_axis_title": "Estimated value",
            "x_axis_title_margin": 30,
            "y_axis_title_margin": 50,
            "max_bubble_size": "25",
        },
    ),
    (
        "Which opportunities need me first",
        "opportunities",
        "table",
        ["name", "owner_id", "warnings", "weight", "score", "grade"],
        [],
        [],
        6,
        60,
        {"order_by_cols": ['["weight", false]', '["name", true]'], "server_page_length": 10, "page_length": 10},
    ),
    (
        "Why records need attention",
        "attention",
        "echarts_timeseries_bar",
        ["warning"],
        ["warnings"],
        [],
        6,
        50,
        {"x_axis": "warning", "orientation": "horizontal"},
    ),
    (
        "Health of open opportunities",
        "opportunities",
        "pie",
        ["grade"],
        ["opportunities"],
        [],
        6,
        50,
        {"metric": "opportunities", "show_labels_threshold": 0, "label_type": "key_value"},
    ),
    (
        "We answer accounts in, by seller, hours (median)",
        "records",
        "echarts_timeseries_bar",
        ["owner_id"],
        ["our_median_response_hours"],
        ACCOUNTS,
        6,
        50,
        {"x_axis": "owner_id", "orientation": "horizontal"},
    ),
    (
        "We and they answer in, by region, hours (median)",
        "records",
        "echarts_timeseries_bar",
        ["region"],
        ["our_median_response_hours", "their_median_response_hours"],
        ACCOUNTS,
        6,
        50,
        {"x_axis": "region"},
    ),
    (
        "Activities with accounts by day",
        "activity_by_day",
        "echarts_timeseries_line",
        ["day"],
        [name for name, _, _ in METRICS["activity_by_day"]],
        ACCOUNTS,
        12,
        50,
        {"x_axis": "day", "time_grain_sqla": "P1D", "granularity_sqla": "day"},
    ),
    (
        "Activities with accounts by kind and who started them",
        "interactions",
        "echarts_timeseries_bar",
        ["kind", "initiator"],
        ["total_interactions"],
        ACCOUNTS,
        6,
        50,
        {"x_axis": "kind", "groupby": ["initiator"], "stack": "Stack"},
    ),
    (
        "Accounts we do most with",
        "records",
        "table",
        ["name", "owner_id", "region"],
        ["total_activities", "our_hours"],
        ACCOUNTS,
        6,
        50,
        {
            "query_mode": "aggregate",
            "groupby": ["name", "owner_id", "region"],
            "metrics": ["total_activities", "our_hours"],
            "page_length": 10,
        },
    ),
    (
        "Who knows whom at accounts",
        "who_knows_whom",
        "table",
        ["our_name", "their_name", "name"],
        ["interactions_in_common", "meetings_in_common", "best_strength"],
        ACCOUNTS,
        6,
        50,
        {
            "query_mode": "aggregate",
            "groupby": ["our_name", "their_name", "name"],
            "page_length": 10,
            "metrics": ["interactions_in_common", "meetings_in_common", "best_strength"],
        },
    ),
    (
        "Open opportunities beside similar won deals (means)",
        "comparison",
        "table",
        ["words", "unit"],
        ["this_deal_mean", "similar_mean", "same_age_mean"],
        [{"col": "compared_with", "op": "==", "val": "similar"}],
        6,
        50,
        {
            "query_mode": "aggregate",
            "groupby": ["words", "unit"],
            "metrics": ["this_deal_mean", "similar_mean", "same_age_mean"],
            "page_length": 20,
        },
    ),
]


def dataset_sql(name, model):
    text = (HERE / "datasets" / f"{name}.sql").read_text(encoding="utf-8").rstrip()
    quoted = model if re.fullmatch(r"[a-z_][a-z0-9_]*", model) else '"' + model.replace('"', '""') + '"'
    return text.replace("{model}", quoted)


def make(model, uri, path):
    def id_of(*parts):
        return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("pg_relinsights", model) + parts)))

    files = {
        "metadata.yaml": {"version": "1.0.0", "type": "Dashboard", "timestamp": "2026-01-01T00:00:00+00:00"},
        "databases/relationships.yaml": {
            "database_name": f"Relationships ({model})",
            "sqlalchemy_uri": uri,
            "expose_in_sqllab": True,
            "allow_dml": False,
            "allow_ctas": False,
            "allow_cvas": False,
            "uuid": id_of("database"),
            "version": "1.0.0",
            "extra": {},
        },
    }
    with sqlalchemy.create_engine(uri).connect() as connection:
        comments = {}
        for relation, column, comment in connection.execute(
            sqlalchemy.text(
                "SELECT c.relname, a.attname, col_description(c.oid, a.attnum) FROM pg_class c"
                " JOIN pg_attribute a ON a.attrelid = c.oid"
                " WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = :model) AND a.attnum > 0"
                " AND col_description(c.oid, a.attnum) IS NOT NULL"
            ),
            {"model": model},
        ):
            comments[relation, column] = comment
        for name, metrics in METRICS.items():
            sql = dataset_sql(name, model)
            # Of its own relations in the order named: the words of KPIs before those of record_info.
            relations = sorted(set(re.findall(r"\.(\w+) \w (?:ON|USING|\s)|\.(\w+) \w$", sql, re.M)))
            relations = sorted((r for pair in relations for r in pair if r), key=lambda r: r == "record_info")
            columns = []
            described = connection.execute(sqlalchemy.text(f"SELECT * FROM ({sql}) x LIMIT 0")).cursor.description
            types = dict(
                connection.execute(sqlalchemy.text("SELECT oid, upper(format_type(oid, NULL)) FROM pg_type")).fetchall()
            )
            for column in described:
                comment = next((comments[r, column.name] for r in relations if (r, column.name) in comments), None)
                columns.append(
                    {
                        "column_name": column.name,
                        "type": types[column.type_code],
                        "description": comment,
                        "is_dttm": types[column.type_code] in ("DATE", "TIMESTAMP WITH TIME ZONE"),
                        "groupby": True,
                        "filterable": True,
                    }
                )
            files[f"datasets/relationships/{name}.yaml"] = {
                "table_name": f"{model}: {name.replace('_', ' ')}",
                "sql": sql,
                "description": sql.split("\n")[0].lstrip("- "),
                "uuid": id_of("dataset", name),
                "database_uuid": id_of("database"),
                "version": "1.0.0",
                "columns": columns,
                "main_dttm_col": "day" if name == "activity_by_day" else None,
                "metrics": [
                    {
                        "metric_name": metric,
                        "verbose_name": metric.replace("_", " "),
                        "expression": expression,
                        "description": words,
                    }
                    for metric, expression, words in metrics
                ],
            }

    position = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": "Relationships"}},
    }
    row, used = None, 12
    for number, (title, dataset, kind, columns, metrics, filters, width, height, more) in enumerate(CHARTS, 1):
        aggregated = kind != "table" or bool(metrics)
        params = {
            "viz_type": kind,
            "row_limit": 1000,
            "adhoc_filters": [
                {
                    "clause": "WHERE",
                    "expressionType": "SIMPLE",
                    "subject": f["col"],
                    "operator": f["op"],
                    "comparator": f["val"],
                }
                for f in filters
            ],
        }
        if kind == "big_number_total":
            params["metric"] = metrics[0]
        elif kind == "table" and not aggregated:
            params.update(query_mode="raw", all_columns=columns)
        elif kind == "pie":
            params["groupby"] = columns
        else:
            params["metrics"] = metrics
        params.update(more)
        unique = list(dict.fromkeys(metrics))
        # What the chart asks, stored with it: so that the query can be asked over the API without a browser.
        query = {
            "columns": columns,
            "metrics": unique if aggregated else None,
            "filters": filters,
            "row_limit": 1000,
            "orderby": [[unique[0], False]] if aggregated and unique and kind != "big_number_total" else [],
        }
        context = {
            "datasource": {"id": 0, "type": "table"},
            "force": False,
            "queries": [query],
            "result_format": "json",
            "result_type": "full",
            "form_data": params,
        }
        files[f"charts/{number:02}.yaml"] = {
            "slice_name": title,
            "viz_type": kind,
            "params": params,
            "query_context": json.dumps(context),
            "version": "1.0.0",
            "uuid": id_of("chart", title),
            "dataset_uuid": id_of("dataset", dataset),
        }
        if used + width > 12:
            row, used = f"ROW-{number}", 0
            position["GRID_ID"]["children"].append(row)
            position[row] = {
                "type": "ROW",
                "id": row,
                "children": [],
                "parents": ["ROOT_ID", "GRID_ID"],
                "meta": {"background": "BACKGROUND_TRANSPARENT"},
            }
        used += width
        position[row]["children"].append(f"CHART-{number}")
        position[f"CHART-{number}"] = {
            "type": "CHART",
            "id": f"CHART-{number}",
            "children": [],
            "parents": ["ROOT_ID", "GRID_ID", row],
            "meta": {
                "chartId": number,
                "width": width,
                "height": height,
                "sliceName": title,
                "uuid": id_of("chart", title),
            },
        }

    files["dashboards/relationships.yaml"] = {
        "dashboard_title": f"Relationships ({model})",
        "slug": f"relationships-{model}",
        "published": True,
        "version": "1.0.0",
        "uuid": id_of("dashboard"),
        "position": position,
        "metadata": {
            "native_filter_configuration": [
                {
                    "id": f"NATIVE_FILTER-{column}",
                    "name": name,
                    "type": "NATIVE_FILTER",
                    "filterType": "filter_select",
                    "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
                    "cascadeParentIds": [],
                    "defaultDataMask": {},
                    "controlValues": {"multiSelect": True, "enableEmptyFilter": False, "searchAllOptions": False},
                    "targets": [{"column": {"name": column}, "datasetUuid": id_of("dataset", "records")}],
                }
                for column, name in (("record_type", "Record type"), ("owner_id", "Owner"), ("region", "Region"))
            ]
        },
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            # JSON is YAML.
            bundle.writestr("relationships/" + name, json.dumps(content, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    make(*sys.argv[1:])
