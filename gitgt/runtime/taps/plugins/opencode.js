// What OpenCode calls; ask.js stands before it.
import { spawnSync } from "node:child_process";

// Without a terminal nobody waits for what is still being asked when a turn has ended.
function askAtOnce(event, said) {
  if (!CALLED[event] || !isAgent()) return {};
  try {
    const done = spawnSync(GATEWAY[0], [...GATEWAY.slice(1), ...CALLED[event]], {
      input: JSON.stringify(said),
      stdio: ["pipe", "pipe", "ignore"],
      timeout: PATIENCE,
    });
    return JSON.parse(String(done.stdout));
  } catch {
    return {};
  }
}

export const Gitgt = async ({ client, directory }) => {
  // Sessions that another one started have no life of their own here, but their tools are guarded.
  const children = new Set();
  let briefing = ""; // for as long as the session lives
  let post = ""; // for as long as the turn does
  let starting = null; // what is asked before may be wanted before it is answered

  const said = (session, more) => ({ session_id: session, cwd: directory, ...more });

  function start(session, source) {
    starting = ask("session.start", said(session, { source })).then((answer) => {
      if (answer.context) briefing = answer.context;
    });
    return starting;
  }

  return {
    event: async ({ event }) => {
      const about = event.properties ?? {};
      const session = about.sessionID ?? about.info?.id;
      if (event.type === "session.created" && about.info?.parentID) children.add(session);
      if (!session || children.has(session)) return;
      if (event.type === "session.created") await start(session, "startup");
      if (event.type === "session.compacted") await start(session, "compact");
      if (event.type === "session.deleted") askAtOnce("session.end", said(session, {}));
      if (event.type === "session.idle") {
        post = "";
        const answer = askAtOnce("turn.end", said(session, {}));
        if (answer.go_on) {
          const parts = [{ type: "text", text: answer.go_on }];
          await client.session.prompt({ path: { id: session }, body: { parts } });
        }
      }
    },
    "chat.message": async (input, output) => {
      const session = input.sessionID;
      if (children.has(session)) return;
      await (starting ?? start(session, "resume"));
      const parts = output.parts ?? [];
      const prompt = parts.filter((each) => each.type === "text").map((each) => each.text);
      const model = input.model ? `${input.model.providerID}/${input.model.modelID}` : undefined;
      const more = { prompt: prompt.join("\n"), model };
      const answer = await ask("prompt.submit", said(session, more));
      post = answer.context ?? "";
    },
    "experimental.chat.system.transform": async (_input, output) => {
      await starting;
      for (const text of [briefing, post]) if (text) output.system.push(text);
    },
    "tool.execute.before": async (input, output) => {
      const more = { tool_name: input.tool, tool_input: output.args };
      const answer = await ask("tool.before", said(input.sessionID, more));
      if (answer.deny) throw new Error(answer.deny);
    },
    "tool.execute.after": async (input) => {
      await ask("tool.after", said(input.sessionID, { tool_name: input.tool }));
    },
    "experimental.session.compacting": async (input) => {
      if (!children.has(input.sessionID)) await ask("compact.before", said(input.sessionID, {}));
    },
  };
};
