// Whether a server is backed up and why, in one sentence; what is wrong with it; and which container it is.
import type { ServerDetail } from "../../../../schemas/api.ts"
import type { OutsideView } from "../../../../schemas/server.ts"
import { Fact, Facts } from "../../components/facts.tsx"
import { Section } from "../../components/page.tsx"
import { ProblemList } from "../../components/problem-list.tsx"
import { Age, Time } from "../../components/time.tsx"
import { engineOf, imageName, managedWords } from "../../lib/words.ts"

export function WhySection({ server }: { readonly server: ServerDetail }) {
  const { container, project, service, outside } = server
  const next = soonest(server)
  return (
    <Section title="Why">
      <p className="max-w-prose pt-2.5 text-base">This server is {server.why}.</p>
      <ProblemList problems={server.problems} />
      <Facts>
        {next && (
          <Fact name="Next run">
            <Time at={next.at} zone focusable />, <Age at={next.at} />, by job {next.job}
          </Fact>
        )}
        {outside && <OutsideFacts outside={outside} />}
        {!outside && server.managed === "label" && (
          <Fact name="Container">
            {container ? (
              <>
                <span className="wrap-anywhere">{container.name}</span>, {container.state}
              </>
            ) : (
              "none"
            )}
          </Fact>
        )}
        {container && !outside && (
          <Fact name="Image">
            <span className="wrap-anywhere">{imageName(container.image)}</span>
          </Fact>
        )}
        <Fact name="Engine">{engineOf(server)}</Fact>
        {project && service && (
          <Fact name="Compose">
            project {project}, service {service}
          </Fact>
        )}
        <Fact name="Managed">{managedWords[server.managed]}</Fact>
        <Fact name="Id">
          <code className="font-mono text-xs wrap-anywhere text-muted">{server.id}</code>
        </Fact>
      </Facts>
    </Section>
  )
}

function OutsideFacts({ outside }: { readonly outside: OutsideView }) {
  const { host, port, user, tls, password } = outside
  return (
    <>
      <Fact name="Place">
        <span className="wrap-anywhere">
          {host}, port {port}
        </span>
        , outside Docker
      </Fact>
      <Fact name="User">
        <span className="wrap-anywhere">{user}</span>, {passwordWords[password]}
      </Fact>
      <Fact name="TLS">
        {tls.mode}
        {tls.ca && `, signed by ${signerWords[tls.ca]}`}
      </Fact>
    </>
  )
}

const passwordWords: Readonly<Record<OutsideView["password"], string>> = {
  sealed: "its password is sealed",
  file: "its password is in a file",
  variable: "its password is in a variable",
  none: "without a password",
}
const signerWords: Readonly<Record<NonNullable<OutsideView["tls"]["ca"]>, string>> = {
  given: "the certificates given with it",
  file: "the certificates in the settings' file",
  browsers: "those that browsers trust",
}

function soonest({ schedules }: ServerDetail): { readonly at: string; readonly job: string } | undefined {
  const runs = schedules.flatMap(({ name, nextRunAt }) =>
    nextRunAt === null ? [] : [{ at: nextRunAt, job: name }],
  )
  return runs.sort((a, b) => a.at.localeCompare(b.at))[0]
}
