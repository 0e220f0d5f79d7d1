// The process log: pino's JSON lines on standard output, with anything that may hold a secret taken out.
import pino from "pino"
import type { LogLevel } from "../schemas/run.ts"
import { textsWithPrefix, withPrefix } from "./core/label-prefix.ts"
import type { Log } from "./ports.ts"

const secretNames = [
  "password",
  "secret",
  "token",
  "authorization",
  "accessKeyId",
  "secretAccessKey",
  "Env",
  "env",
]

/** @param level is asked for each line: it may change; `prefix`: of labels */
export function createLog(level: () => LogLevel, prefix: string): Log {
  const logger = pino({
    level: level(),
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
  })
  return (at, message, fields = {}) => {
    if (logger.level !== level()) logger.level = level()
    logger[at](textsWithPrefix(fields, prefix), withPrefix(message, prefix))
  }
}
