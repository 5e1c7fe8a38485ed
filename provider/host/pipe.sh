# A connection to a place on this host through standard input and output, for where sshd forwards none: the client speaks over it as over a
# forwarded one. Inputs: place (a socket's path, or a host), place_port (empty for a socket), and the three programs. curl is none of them:
# its telnet doubles the byte 255 (RFC 854), which ends every TLS.

# Every Debian has perl (perl-base is essential), every Red Hat python3; PHP's own settings may print into the answer.
if perl -MSocket=getaddrinfo -e 1 </dev/null >/dev/null 2>&1; then
  exec perl -e "$perl_text" "$marker" "$place" ${place_port:+"$place_port"}
elif python3 -I -c 'import socket' </dev/null >/dev/null 2>&1; then
  exec python3 -I -c "$python_text" "$marker" "$place" ${place_port:+"$place_port"}
elif php -n -r 'exit(0);' </dev/null >/dev/null 2>&1; then
  exec php -n -d display_errors=0 -r "$php_text" -- "$marker" "$place" ${place_port:+"$place_port"}
fi
fail pipe-missing
