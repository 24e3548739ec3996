# Every public function and procedure whose first argument is a model, called with arguments that go by their names.
package ModelFunctions;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT = qw(calls_of_model answers normalized);

# What is given for an argument of this name; one with a default that is not named here is left out. The sources are those of
# testing.make_company('co', ..., 'bigint').
my %given = (
	record_type => "'opportunity'", record_id => "'3'", language => "'ko'", side => "'them'", party_id => "'5'",
	as_of => 'now() - interval \'1 day\'', since => "'2024-04-01'", until => "'2024-05-01'", step => "interval '10 days'",
	on_table => "'co.activities'::regclass", activities => "'co.activities'::regclass", participants => "'co.participants'::regclass",
	records => "'co.records'::regclass", record_parties => "'co.record_parties'::regclass");

# calls_of_model($run, $model): the statements, by function; $run->($sql) gives rows of name, kind, arguments as JSON.
# Functions that take the id as a number go through those that take text: the text ones are called.
sub calls_of_model {
	my ($run, $model) = @_;
	my %calls;
	my $list = q(
	  SELECT p.oid::regprocedure, p.proname, p.prokind, p.proretset OR p.prorettype = 'record'::regtype OR t.typtype = 'c', a.names
	  FROM pg_proc p JOIN pg_type t ON t.oid = p.prorettype
	  CROSS JOIN LATERAL (
	    SELECT string_agg(p.proargnames[i] || CASE WHEN i > p.pronargs - p.pronargdefaults THEN '?' ELSE '' END, ',' ORDER BY i) AS names
	    FROM generate_series(1, p.pronargs) i) a
	  WHERE p.pronamespace = 'relinsights'::regnamespace AND p.proargnames[1] IN ('model', 'name') AND p.proargtypes[0] = 'text'::regtype
	    AND obj_description(p.oid, 'pg_proc') NOT LIKE 'part of %' AND p.proname <> 'create_model'
	    AND NOT (p.proargtypes::oid[] @> ARRAY['bigint'::regtype::oid])
	  ORDER BY 1::text COLLATE "C");
	for (split /\n/, $run->($list)) {
		my ($signature, $name, $kind, $rows, $arguments) = split /\|/;
		my @arguments;
		for (split /,/, $arguments) {
			my ($argument, $optional) = /^(\w+)(\??)$/;
			if ($argument =~ /^(?:model|name)$/ && !@arguments) { push @arguments, "'$model'"; next }
			if ($argument eq 'log') {
				push @arguments, "log => (SELECT relinsights.rollup(relinsights.activity_log(n, 'email', 'inbound', '2024-04-01'::timestamptz + n * interval '1 h')) FROM generate_series(1, 3) n)";
				next;
			}
			next if $optional && !exists $given{$argument};
			die "$signature: say in ModelFunctions.pm what to give for $argument\n" unless exists $given{$argument};
			push @arguments, "$argument => $given{$argument}";
		}
		my $call = "relinsights.$name(" . join(', ', @arguments) . ')';
		$calls{$signature} = $kind eq 'p' ? "CALL $call" : $rows eq 't' ? "SELECT to_jsonb(f) FROM $call f" : "SELECT to_jsonb($call)";
	}
	return \%calls;
}

# answers($sql, $model): {function} = what each says, errors as they are; of functions, in a transaction that is undone.
sub answers {
	my ($sql, $model) = @_;
	my $calls = calls_of_model($sql, $model);
	my %answers;
	for my $function (sort keys %$calls) {
		my $call = $calls->{$function};
		$answers{$function} = $sql->($call =~ /^CALL/ ? $call : "BEGIN; $call; ROLLBACK");
	}
	return \%answers;
}

# Times of the refresh and the name of the model differ from model to model.
sub normalized {
	my ($text, $model) = @_;
	return $text =~ s/\b\Q$model\E\b/MODEL/gr =~ s/"(?:refreshed_at|refreshed_text|last_good|last_started|age|started|since)": "[^"]*",? ?//gr =~ s/\d{4}-\d\d-\d\d \d\d:\d\d UTC/NOW/gr;
}

1;
