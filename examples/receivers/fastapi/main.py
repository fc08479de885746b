# Receives Sluice's webhooks. Settings: WEBHOOK_SECRET (GET /v1/webhook-secret shows it).
import os

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request, Response
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

app = FastAPI()
webhook = Webhook(os.environ["WEBHOOK_SECRET"])

# Ids of events that were taken. In earnest: a table with a unique key, in the same database as what is done with them.
taken: set[str] = set()


def work(event_id: str, event: dict) -> None:
    data = event["data"]
    print(event_id, event["type"], data.get("id"), data.get("result") or data.get("result_url"), flush=True)


@app.post("/hook")
async def receive(request: Request, later: BackgroundTasks) -> Response:
    # The bytes as they came: a body that was parsed and written again does not fit its signature.
    body = await request.body()
    try:
        event = webhook.verify(body, dict(request.headers))
    except WebhookVerificationError as error:
        raise HTTPException(status_code=400) from error
    # Worked on after the answer; an event that comes again is answered again, and nothing more.
    event_id = request.headers["webhook-id"]
    if event_id not in taken:
        taken.add(event_id)
        later.add_task(work, event_id, event)
    return Response(status_code=204, background=later)
