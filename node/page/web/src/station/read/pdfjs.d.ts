// What of pdf.js is used here.
declare module 'pdfjs-dist/legacy/build/pdf.js' {
  interface Viewport { width: number; height: number }
  interface Task { promise: Promise<void>; cancel(): void }
  interface Page {
    getViewport(options: { scale: number }): Viewport;
    render(options: { canvasContext: CanvasRenderingContext2D; viewport: Viewport }): Task;
    cleanup(): void;
  }
  interface Pdf { numPages: number; getPage(n: number): Promise<Page> }
  interface Loading { promise: Promise<Pdf>; destroy(): Promise<void> }
  const GlobalWorkerOptions: { workerSrc: string };
  function getDocument(options: Record<string, unknown>): Loading;
}
declare module 'pdfjs-dist/legacy/build/pdf.worker.min.js' {
  const address: string;
  export default address;
}
declare module 'pdf-tables' {
  const addresses: Record<string, string>;
  export default addresses;
}
