"""What is done to bookings. All arguments are named, an `actor` says who does it and as whom, each is a transaction.

    booking       book_appointment, book_reservation (what they book comes from bookings.selectors.wanted)
    drafting      draft_appointment, draft_reservation: a booking unsaved, with all that is copied into it;
                  begin_drafts saves many, claims_of is what a booking takes of its calendars
    preparing     prepare_checkout; quoting: what a basket costs; previews: what becomes of those that nobody confirms
    confirming    confirm_checkout; checkout_drafting: the booking that a preview leads to
    deciding      confirm_booking, start_booking
    changing      change_booking
    rescheduling  reschedule_booking
    cancelling    cancel_booking
    closing       complete_booking, mark_no_show, expire_booking
    paying        take_money, note_failure, settle_booking: what follows from money, and for it; earning: the books;
                  refunds: refund_booking; payable: what payments know of bookings
    means         use_points, use_credit, proceed_if_covered, release_means: what pays besides money; proceeding: how
                  a booking goes on that is paid; redeeming: what loyalty knows of bookings; rewarding: points earned
    sweeping      expire_unpaid, remind, close_past: what has become due
    telling       tell: who is told of what happened; messages: in which words, and whether it is still true when sent
    actors        actor_on(booking, user), customer(user), staff(user), overruling_staff(user, reason): as whom
                  somebody acts

Services that change a booking lock it themselves and return it as it is now. Prices are in bookings.pricing, fees in
bookings.cancellation, and what may be done when in bookings.selectors.permitted.
"""
