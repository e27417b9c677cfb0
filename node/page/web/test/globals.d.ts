declare const HERE: string; // node/page/web
