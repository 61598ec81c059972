// gitgt taps 1: written anew at each start; git gt taps list shows it.
// Tells gitgt what happens in a program, and the program what gitgt answers. It decides nothing,
// and whatever goes wrong in it is nobody's harm. What the program calls stands below.
import { spawn } from "node:child_process";

const GATEWAY = __GATEWAY__;
const CALLED = __EVENTS__;
const PATIENCE = 10000;

const isAgent = () => Boolean(process.env.GT_ROLE && process.env.GT_SESSION_DIR);

function ask(event, said) {
  return new Promise((resolve) => {
    if (!CALLED[event] || !isAgent()) return resolve({});
    let out = "";
    const done = () => {
      clearTimeout(timer);
      try {
        resolve(JSON.parse(out));
      } catch {
        resolve({});
      }
    };
    const child = spawn(GATEWAY[0], [...GATEWAY.slice(1), ...CALLED[event]], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    child.on("error", done);
    child.on("close", done);
    child.stdin.on("error", () => {});
    child.stdout.on("data", (part) => (out += part));
    child.stdin.end(JSON.stringify(said));
  });
}
