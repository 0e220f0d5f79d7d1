// The HTTP application: what guards every request, the resources, and what answers when nothing else does.
import { Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { requestId } from "hono/request-id"
import { secureHeaders } from "hono/secure-headers"
import { createBackup, createRestore, importBackup, uploadSource } from "../../schemas/api.ts"
import { mountBackups } from "./backups.ts"
import { mountCatalogue } from "./catalogue.ts"
import { mountConfiguration } from "./configuration.ts"
import { mountDashboard } from "./dashboard.ts"
import { mountDatabases } from "./databases.ts"
import { mountDownload } from "./download.ts"
import { mountEvents } from "./events.ts"
import { refuseOtherNames, refuseOtherSites } from "./guard.ts"
import { mountHealth } from "./health.ts"
import { idempotent } from "./idempotency.ts"
import { mountImport } from "./import.ts"
import { mountOrphans } from "./orphans.ts"
import { mountOutsideServers } from "./outside-servers.ts"
import { mountRebuild } from "./rebuild.ts"
import { answerError, Refusal } from "./refusal.ts"
import { mountRestores } from "./restores.ts"
import { mountRetentionPolicies } from "./retention-policies.ts"
import type { Env, Router } from "./router.ts"
import { mountRuns } from "./runs.ts"
import { mountS3Configs } from "./s3-configs.ts"
import { mountSchedules } from "./schedules.ts"
import { mountServers } from "./servers.ts"
import type { Services } from "./services.ts"
import { mountSettings } from "./settings.ts"
import { mountSources } from "./sources.ts"
import { mountSystem } from "./system.ts"
import { mountVerify } from "./verify.ts"

const longestBody = 1024 * 1024

export function createApp(services: Services): Router {
  const app: Router = new Hono<Env>()
  app.onError((error, c) => answerError(c, error, services.log))
  guard(app, services)
  mountServers(app, services)
  mountDatabases(app, services)
  mountOutsideServers(app, services)
  mountSchedules(app, services)
  mountRuns(app, services)
  mountImport(app, services)
  mountBackups(app, services)
  mountDownload(app, services)
  mountSources(app, services)
  mountRestores(app, services)
  mountVerify(app, services)
  mountS3Configs(app, services)
  mountRetentionPolicies(app, services)
  mountSystem(app, services)
  mountRebuild(app, services)
  mountOrphans(app, services)
  mountCatalogue(app, services)
  mountConfiguration(app, services)
  mountSettings(app, services)
  mountHealth(app, services)
  mountEvents(app, services)
  refuseOtherMethods(app)
  app.all("/api/*", (c) => {
    throw new Refusal({
      status: 404,
      code: "NOT_FOUND",
      message: `there is no ${c.req.path.slice(0, 200)}`,
      hint: "The README lists the paths of the API.",
    })
  })
  mountDashboard(app, services.staticFiles)
  app.notFound((c) => c.text("not found", 404))
  return app
}

function guard(app: Router, { info, log, clock }: Services): void {
  app.use(requestId())
  app.use(async (c, next) => {
    c.set("labelPrefix", info.labelPrefix)
    await next()
  })
  app.use(async (c, next) => {
    const began = performance.now()
    await next()
    log("debug", `${c.req.method} ${c.req.path} ${c.res.status}`, {
      requestId: c.get("requestId"),
      milliseconds: Math.round(performance.now() - began),
    })
  })
  // Whether a host is to be reached by TLS only is for the proxy to say that ends the TLS.
  app.use(secureHeaders({ strictTransportSecurity: false, xFrameOptions: "DENY" }))
  if (info.listening.loopbackOnly) app.use(refuseOtherNames(info.listening.address))
  app.use(refuseOtherSites())
  app.use("/api/*", async (c, next) => {
    c.header("Cache-Control", "no-store")
    await next()
  })
  const limited = bodyLimit({
    maxSize: longestBody,
    onError: () => {
      throw new Refusal({
        status: 413,
        code: "VALIDATION_ERROR",
        message: "the body is larger than 1 MiB",
        hint: "No request needs that much. Check what is being sent.",
      })
    },
  })
  // A file that is handed in has a limit of its own, and is never held in memory.
  const unlimited: readonly string[] = [importBackup.path, uploadSource.path]
  app.use("/api/*", (c, next) => (unlimited.includes(c.req.path) ? next() : limited(c, next)))
  for (const path of [createBackup.path, createRestore.path]) app.use(path, idempotent(clock))
}

/** A path that exists, asked with a method it does not have, is 405 with those it has. */
function refuseOtherMethods(app: Router): void {
  const methods = new Map<string, Set<string>>()
  for (const { path, method } of app.routes) {
    if (method === "ALL" || !path.startsWith("/api/")) continue
    methods.set(path, (methods.get(path) ?? new Set()).add(method))
  }
  for (const [path, known] of methods) {
    const allow = [...known, ...(known.has("GET") ? ["HEAD"] : [])].join(", ")
    app.all(path, (c) => {
      c.header("Allow", allow)
      throw new Refusal({
        status: 405,
        code: "VALIDATION_ERROR",
        message: `${c.req.method} is not a method of ${path}`,
        hint: `It has ${allow}. What labels own is changed by editing the labels.`,
      })
    })
  }
}
