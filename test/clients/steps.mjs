// Steps of a walk: each prints one line, `ok NAME` or `not ok NAME: why`; a failed one does not end the walk.
import { strict as assert } from "node:assert";

let failed = 0;

export async function step(name, work) {
  try {
    const result = await work();
    console.log(`ok ${name}`);
    return result;
  } catch (error) {
    failed += 1;
    console.log(`not ok ${name}: ${String(error.name)} ${String(error.message).replaceAll("\n", " ")}`);
    return undefined;
  }
}

// The call fails with the service's error of that name, and HTTP status where one is given.
export async function refused(work, name, status) {
  try {
    await work();
  } catch (error) {
    assert.equal(error.name, name);
    if (status) assert.equal(error.$metadata.httpStatusCode, status);
    return;
  }
  assert.fail(`not refused with ${name}`);
}

// Every member of `sent` is in `got` with the same value; what `got` has beside it is the service's.
export function holds(got, sent, path = "") {
  if (Array.isArray(sent)) {
    assert.equal(got?.length, sent.length, `${path}: length`);
    sent.forEach((item, index) => holds(got[index], item, `${path}[${index}]`));
  } else if (sent !== null && typeof sent === "object" && !(sent instanceof Uint8Array) && !(sent instanceof Date)) {
    assert.ok(got !== undefined, `${path} is missing`);
    for (const [name, value] of Object.entries(sent)) holds(got[name], value, `${path}.${name}`);
  } else {
    assert.deepEqual(got, sent, path);
  }
}

export function end() {
  process.exitCode = failed ? 1 : 0;
}
