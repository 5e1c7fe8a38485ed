// See pipe.pl: the same for a host that has neither perl nor python3.
[, $marker, $name, $port] = $argv + [3 => null];
$place = $port === null ? "unix://$name" : 'tcp://' . (strpos($name, ':') === false ? $name : "[$name]") . ":$port";
$connection = @stream_socket_client($place, $code, $why, 30);
fwrite(STDOUT, $connection ? "$marker done php\n" : "$marker fail connect-failed php $why\n");
if (!$connection) {
    exit(1);
}
while (true) {
    $ready = [$connection, STDIN];
    $none = null;
    if (!@stream_select($ready, $none, $none, null)) {
        exit(0);
    }
    foreach ($ready as $from) {
        $bytes = @fread($from, 65536);
        if ($bytes === false || $bytes === '') {
            exit(0);
        }
        while ($bytes !== '') {
            $written = @fwrite($from === STDIN ? $connection : STDOUT, $bytes);
            if (!$written) {
                exit(0);
            }
            $bytes = (string) substr($bytes, $written);
        }
    }
}
