// Prints the suite's tests that apply to a shared cache, as JSON: [{suite, id, kind, depends_on}].
//   node list_tests.mjs FOLDER_OF_THE_SUITE
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const load = async path => (await import(pathToFileURL(`${process.argv[2]}/tests/${path}`))).default
const suites = [...await load('index.mjs')]
// The suite's own command line adds this one too.
if (existsSync(`${process.argv[2]}/tests/surrogate-control.mjs`)) suites.push(await load('surrogate-control.mjs'))

const tests = suites.flatMap(suite => suite.tests.filter(test => !test.browser_only).map(test => ({
  suite: suite.id, id: test.id, kind: test.kind ?? 'required', depends_on: test.depends_on ?? []
})))
console.log(JSON.stringify(tests))
