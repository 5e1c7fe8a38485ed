# Arguments: marker, and a socket's path, or a host and a port. Either end's close ends it: neither HTTP nor FastCGI closes one half.
use strict;
use Socket qw(:DEFAULT getaddrinfo);

my ($marker, $name, $port) = @ARGV;
my ($connection, $why) = (undef, "its name is not known");
my @places = { family => AF_UNIX, addr => defined $port ? undef : pack_sockaddr_un($name) };
(undef, @places) = getaddrinfo($name, $port, { socktype => SOCK_STREAM }) if defined $port;
alarm 30; # a queue that is full must not keep this process
for my $place (@places) {
    socket(my $try, $place->{family}, SOCK_STREAM, 0) or next;
    if (connect($try, $place->{addr})) { $connection = $try; last }
    $why = "$!";
}
alarm 0;
syswrite STDOUT, $connection ? "$marker done perl\n" : "$marker fail connect-failed perl $why\n";
exit 1 unless $connection;

sub pass {
    my ($from, $to) = @_;
    sysread($from, my $bytes, 65536) or exit 0;
    while (length $bytes) {
        my $written = syswrite($to, $bytes) or exit 0;
        substr($bytes, 0, $written, "");
    }
}

my ($input, $answer) = (fileno STDIN, fileno $connection);
while (1) {
    my $ready = "";
    vec($ready, $_, 1) = 1 for $input, $answer;
    select($ready, undef, undef, undef) > 0 or exit 0;
    pass($connection, \*STDOUT) if vec($ready, $answer, 1);
    pass(\*STDIN, $connection) if vec($ready, $input, 1);
}
