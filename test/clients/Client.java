import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The questions of questions.md by JDBC, what Metabase, Tableau and DBeaver speak: a URL first. */
public class Client {
  private static final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static Connection connection;

  private static ResultSet ask(String query, Object... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(query);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement.executeQuery();
  }

  private static ResultSet first(String query, Object... parameters) throws SQLException {
    ResultSet rows = ask(query, parameters);
    rows.next();
    return rows;
  }

  private static void tell(Object... values) {
    List<String> texts = new ArrayList<>();
    for (Object value : values) {
      texts.add(String.valueOf(value));
    }
    out.println(String.join("\t", texts));
  }

  public static void main(String[] arguments) throws SQLException {
    connection = DriverManager.getConnection(arguments[0]);
    String type = "account";
    long id = 1011;

    ResultSet row = first("SELECT emails_sent, median_response_time_by_us_hours, last_interaction_at"
        + " FROM crm.record_kpi WHERE record_type = ? AND record_id = ?", type, id);
    tell("stored", row.getLong(1), String.format(Locale.ROOT, "%.6f", row.getDouble(2)),
        row.getTimestamp(3).getTime() / 1000);
    String live = "SELECT activities FROM relinsights.record_kpi('crm', ?, ?)";
    tell("live", first(live, type, String.valueOf(id)).getLong(1), first(live, type, id).getLong(1));
    tell("words", first("SELECT relinsights.insights('crm', ?, ?, ?) ->> 'label'", type, id, "ko").getString(1),
        first("SELECT * FROM relinsights.summary('crm', ?, ?, ?)", type, id, "zh").getString(1));
    tell("ilike", first("SELECT count(*) FROM crm.opportunity_kpi WHERE name ILIKE ? AND state ILIKE ?",
        "%desk%", "OPEN").getLong(1));
    ResultSet rows = ask("SELECT initiator, sum(interactions)::bigint FROM crm.customer_interactions"
        + " WHERE kind IN (?, ?) GROUP BY 1 ORDER BY 1", "email", "meeting");
    while (rows.next()) {
      tell("in", rows.getString(1), rows.getLong(2));
    }
    tell("array", first("SELECT count(*) FROM crm.record_kpi WHERE record_type = ANY (?)",
        connection.createArrayOf("text", new String[] {"account", "lead"})).getLong(1));
    row = first("SELECT p.name, p.record_id, k.time_spent_by_us_hours, k.refreshed_at,"
        + " p.estimated_close_date, p.estimated_value, f.learned"
        + " FROM crm.relationship_pipeline p JOIN crm.opportunity_kpi k USING (record_id)"
        + " CROSS JOIN crm.deal_factors f LIMIT 1");
    ResultSetMetaData columns = row.getMetaData();
    List<String> names = new ArrayList<>(List.of("types"));
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      names.add(columns.getColumnTypeName(i));
    }
    tell(names.toArray());
  }
}
