# Varnish's own rules; storage, threads and logging are set on its command line (bench/peers.py).
vcl 4.1;

backend origin {
  .host = "127.0.0.1";
  .port = "@ORIGIN@";
}
