// What a walk over statements tells of them, and where they are.

/** Where something is in the whole text: bytes from its beginning. */
export interface Span {
  readonly from: number
  readonly until: number
}

export interface Heard {
  /**
   * The statement's text with its strings and names emptied, cut at its limit. Of PostgreSQL, whether rows follow is for the caller to
   * say. `named`: how it begins, with the names in it. `span`: from the end of what came before.
   */
  statement(code: string, named: string, span: Span): "rows follow" | undefined
  /**
   * A line from its backslash on. `span`: with what stands before it since the last statement; `isAlone`: that is nothing but blanks
   * and comments.
   */
  command(line: string, span: Span, isAlone: boolean): void
}

export interface StatementWalk {
  push(chunk: Buffer): void
  /** In words, what the text is inside of; null between and in statements. To be asked before the end. */
  inside(): string | null
  end(): void
  /** Where the statement or command began that is under way. */
  settled(): number
}
