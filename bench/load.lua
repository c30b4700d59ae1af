-- For wrk: what load.py asks for, and one line of figures at the end.  wrk ... -- HOST PATH FIRST
-- Where PATH ends in `#`, every request has a number of its own in that place, from FIRST on.
function init(words)
  local host, path, number = words[1], words[2], tonumber(words[3])
  wrk.headers["Host"] = host
  if path:sub(-1) ~= "#" then
    wrk.path = path
    return
  end
  local head, tail = "GET " .. path:sub(1, -2), " HTTP/1.1\r\nHost: " .. host .. "\r\n\r\n"
  request = function()
    number = number + 1
    return head .. number .. tail
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("load requests=%d seconds=%f bytes=%d errors=%d p50=%f p99=%f p999=%f\n", summary.requests,
    summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
