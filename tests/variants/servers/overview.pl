# The call in Perl, in one process on a bare socket. Prints its port once it listens.
use strict;
use warnings;
use IO::Socket::INET;
use Encode qw(decode encode FB_DEFAULT);
use JSON::PP;
use utf8;

my %accounts = (
    'camel1' => [ 77, 5000, 'Wüste', 5000, 5000, 0, 0, '2009-10-31', '2009-11-29', '2009-12-01' ],
    'camel2' => [ 77, 5000, 'Wüste', 5000, 4999, 1, 0, '2009-10-31', '2009-11-29', '2009-12-01' ],
    'camel3' => [ 0,  0,    'Oase',  0,    0,    0, 0, '2009-11-01', '2009-11-01', '2009-11-01' ],
);
my @names = qw(reputation requests package credits_allowed credits_used credits_remain
    credits_overage billing_start_date billing_end_date billing_process_date);

sub plain {
    my $text = shift;
    $text =~ tr/+/ /;
    $text =~ s/%([0-9a-fA-F]{2})/chr hex $1/ge;
    return decode('UTF-8', $text, FB_DEFAULT);
}

sub safe {
    my $text = shift;
    $text =~ s/&/&amp;/g;
    $text =~ s/</&lt;/g;
    $text =~ s/>/&gt;/g;
    return $text;
}

sub overview {
    my %given = map { my ($n, $v) = split /=/, $_, 2; (plain($n) => plain($v // '')) } split /&/, shift;
    my $why;
    $why = 'timtoady' if ($given{api_key} // '') ne '0' || ($given{api_user} // '') ne '007';
    $why //= 'no task ' . ($given{task} // 'at all') if ($given{task} // '') ne 'overview';
    $why //= 'no customer ' . ($given{user} // 'at all') if !exists $accounts{ $given{user} // '' };
    return ($why, $accounts{ $given{user} // '' });
}

my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64, ReuseAddr => 1) or die;
$| = 1;
print $listener->sockport, "\n";

# Whoever started this holds its standard input; when that is closed, so is this.
my $parent = $$;
my $watch = fork;
if ($watch == 0) { close $listener; 1 while sysread STDIN, my $nothing, 1; kill 'TERM', $parent; exit }

while (my $client = $listener->accept) {
    my $line = <$client> // '';
    while (defined(my $header = <$client>)) { last if $header =~ /^\r?\n$/ }
    my ($method, $target) = split ' ', $line;
    my ($path, $query) = split /\?/, $target // '/', 2;
    my ($why, $row) = overview($query // '');
    my ($kind, $text);
    if ($path =~ /xml$/) {
        $kind = 'text/xml; charset=iso-8859-1';
        my $i = 0;
        my $inner = defined $why
            ? '<message>error</message><errors><error>' . safe($why) . '</error></errors>'
            : '<overview>' . join('', map { my $n = $names[$i++]; "<$n>" . safe($_) . "</$n>" } @$row) . '</overview>';
        $text = encode('iso-8859-1', "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<result>$inner</result>\n", Encode::FB_XMLCREF);
    } else {
        $kind = 'text/javascript';
        my %told;
        @told{@names} = map { "$_" } @$row if !defined $why;
        %told = (message => 'error', errors => [$why]) if defined $why;
        $text = JSON::PP->new->utf8->pretty->encode(\%told);
    }
    my $status = defined $why ? '400 Bad Request' : '200 OK';
    print $client "HTTP/1.0 $status\r\nContent-type: $kind\r\n\r\n$text";
    close $client;
}
