// A process for the tests of startProcess: says that it is ready and ends in order, or ends at once when told to fail.
const [mode] = process.argv.slice(2);
if (mode === "fail") {
  console.error("the reason of the failure");
  process.exit(3);
}
process.on("SIGTERM", () => {
  console.log(JSON.stringify({ event: "echo.stopped" }));
  process.exit(0);
});
console.log("a line that is not JSON");
console.log(JSON.stringify({ event: "echo.ready", environment: Object.keys(process.env) }));
setInterval(() => {}, 1000);
