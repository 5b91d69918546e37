/** The part of Lambda's response stream that is used here. */
export interface Stream {
  write(text: string): boolean;
  end(): void;
}
