/** As much of Lambda's response stream as is used here. */
export interface Stream {
  write(text: string): boolean;
  end(): void;
}
