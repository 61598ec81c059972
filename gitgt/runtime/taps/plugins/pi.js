// What pi calls; ask.js stands before it.
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
