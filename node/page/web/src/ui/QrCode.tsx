import qrcode from 'qrcode-generator';

// A QR code as one path; dark on white with its quiet zone, whatever the theme.
// Digits alone make a coarser one, which reads better from paper.
export function QrCode({ text, label }: { text: string; label: string }) {
  const code = qrcode(0, 'M');
  code.addData(text, /^\d+$/.test(text) ? 'Numeric' : 'Byte');
  code.make();
  const n = code.getModuleCount();
  let path = '';
  for (let y = 0; y < n; y++)
    for (let x = 0; x < n; x++)
      if (code.isDark(y, x)) path += `M${x + 4} ${y + 4}h1v1h-1z`;
  return (
    <svg class="qr" viewBox={`0 0 ${n + 8} ${n + 8}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <path class="ground" d={`M0 0h${n + 8}v${n + 8}H0z`} />
      <path d={path} />
    </svg>
  );
}
