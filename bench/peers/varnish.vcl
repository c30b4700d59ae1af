# Varnish's own rules; storage, threads and logging are set on its command line (bench/servers.py).
vcl 4.1;

backend origin {
  .host = "127.0.0.1";
  .port = "@ORIGIN@";
}

sub vcl_deliver {
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  } else {
    set resp.http.X-Cache = "MISS";
  }
}
