// Preloaded into the suite's client: names under .localhost are this machine (RFC 6761), which Node asks the system for.
const dns = require('node:dns')

const lookup = dns.lookup
dns.lookup = function (name, options, callback) {
  if (typeof options === 'function') [options, callback] = [{}, options]
  if (!name.endsWith('.localhost')) return lookup(name, options, callback)
  if (options.all) return process.nextTick(callback, null, [{ address: '127.0.0.1', family: 4 }])
  process.nextTick(callback, null, '127.0.0.1', 4)
}
