// How long the phases of one piece of work take, for its log.
export interface Phases {
  /** Seconds of each that has ended so far, in order; one that comes twice is added up. */
  readonly seconds: Readonly<Record<string, number>>
  take<T>(phase: string, act: () => Promise<T>): Promise<T>
}

export function createPhases(): Phases {
  const seconds: Record<string, number> = {}
  return {
    seconds,
    async take(phase, act) {
      const began = performance.now()
      try {
        return await act()
      } finally {
        const took = (performance.now() - began) / 1000
        seconds[phase] = Math.round(((seconds[phase] ?? 0) + took) * 10) / 10
      }
    },
  }
}
