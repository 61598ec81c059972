// gitgt taps 1: written anew at each start; git gt taps list shows it.
// Tells gitgt what happens in pi, and pi what gitgt answers. It decides nothing, and whatever goes
// wrong in it is nobody's harm.
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

function said(ctx, more) {
  const sessions = ctx?.sessionManager;
  const model = ctx?.model ? `${ctx.model.provider}/${ctx.model.id}` : undefined;
  return {
    session_id: sessions?.getSessionId?.(),
    session_file: sessions?.getSessionFile?.(),
    cwd: ctx?.cwd,
    model,
    ...more,
  };
}

export default function (pi) {
  let briefing = ""; // until the model has it

  pi.on("session_start", async (event, ctx) => {
    const answer = await ask("session.start", said(ctx, { source: event?.reason ?? "startup" }));
    briefing = answer.context ?? "";
  });

  pi.on("session_compact", async (_event, ctx) => {
    const answer = await ask("session.start", said(ctx, { source: "compact" }));
    briefing = answer.context ?? "";
  });

  pi.on("before_agent_start", async (event, ctx) => {
    const answer = await ask("prompt.submit", said(ctx, { prompt: event.prompt ?? "" }));
    const text = [briefing, answer.context].filter(Boolean).join("\n\n");
    briefing = "";
    if (text) return { message: { customType: "gitgt", content: text, display: true } };
  });

  pi.on("tool_call", async (event, ctx) => {
    const more = { tool_name: event.toolName, tool_input: event.input };
    const answer = await ask("tool.before", said(ctx, more));
    if (answer.deny) return { block: true, reason: answer.deny };
  });

  pi.on("tool_result", async (event, ctx) => {
    await ask("tool.after", said(ctx, { tool_name: event.toolName }));
  });

  pi.on("session_before_compact", async (_event, ctx) => {
    await ask("compact.before", said(ctx, {}));
  });

  pi.on("agent_end", async (_event, ctx) => {
    const answer = await ask("turn.end", said(ctx, {}));
    if (answer.go_on) pi.sendUserMessage(answer.go_on, { deliverAs: "followUp" });
  });

  pi.on("session_shutdown", async (_event, ctx) => {
    await ask("session.end", said(ctx, {}));
  });
}
